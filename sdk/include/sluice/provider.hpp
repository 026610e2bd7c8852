// A provider for an upstream that speaks OpenAI's dialect, more or less, with one method to write: what is
// different.
//
//   struct Acme : sluice::Provider {
//       Acme(std::string_view, sluice::Host host) : Provider(host, {"https://api.acme.com/v1"}) {}
//       sluice_status adapt(const Deployment&, const sluice::Attempt& attempt) override {
//           attempt.removeUpstreamMember("logit_bias");  // it refuses that
//           return SLUICE_OK;
//       }
//   };
//   SLUICE_PLUGIN(Acme, R"({"id":"acme","version":"1.0.0","abi":1,"interfaces":["sluice.provider/1"],
//     "providers":{"acme":{"api_key_env":"ACME_API_KEY","api_base_env":"ACME_API_BASE"}}})")
//
// and in the configuration: litellm_params: {model: acme/some-model}.
//
// Before adapt() is called, an attempt has its path (routePath), the client's content-type, accept,
// user-agent and idempotency-key, the key of the deployment, its extra_headers, its model's name, and for a
// stream the wish for usage, which the gateway counts with; litellm_params.stream_usage: false leaves that
// out. Of litellm_params it reads api_base (or base_url), api_key, extra_headers and stream_usage; the rest
// is for adapt() or for an own Deployment.
#pragma once

#include <sluice/deployment.hpp>
#include <sluice/plugin.hpp>

namespace sluice {

struct ProviderOptions {
    std::string base_url = {};                // empty: api_base has to be configured
    std::string key_field = "authorization";  // the field that carries the key
    std::string key_prefix = "Bearer ";       // in front of the key
};

class Provider {
public:
    /// One entry of model_list. Made while the configuration is loaded, constant afterwards.
    struct Deployment {
        Deployment(Provider& provider, const sluice_deployment_config& config, std::string& url)
            : id(view(config.id)),
              name(view(config.provider)),
              model(view(config.model)),
              params(view(config.params), provider.host_),
              stream_usage(params.flag("stream_usage", true)) {
            const std::string base = params.baseUrl().value_or(provider.options_.base_url);
            if (base.empty()) throw ConfigError("api_base: " + name + " has no default, so it is required");
            url = base_url = checkedBaseUrl(base);
            const std::string key = params.text("api_key");
            if (!key.empty())
                headers.push_back({provider.options_.key_field, provider.options_.key_prefix + key});
            for (auto& header : params.headers("extra_headers")) headers.push_back(std::move(header));
        }

        std::string id, name, model;  // name: "acme" of "acme/some-model"
        std::string base_url;
        DeploymentParams params;  // for what is configured besides, in constructors only: it is not cheap
        bool stream_usage;
        std::vector<OwnedHeader> headers;  // the key first, extra_headers last: they win
    };

    virtual ~Provider() = default;

    /// What this upstream wants differently. SLUICE_E_UNSUPPORTED, and the client is told that there is no
    /// such route. [loop]
    virtual sluice_status adapt(const Deployment& deployment, const Attempt& attempt) = 0;

    /// The path of a route below the base URL; empty if the upstream has none. [loop]
    virtual std::string_view routePath(std::string_view route) {
        constexpr std::string_view kPaths[][2] = {{"chat", "/chat/completions"},
                                                  {"completions", "/completions"},
                                                  {"embeddings", "/embeddings"},
                                                  {"responses", "/responses"},
                                                  {"images_generations", "/images/generations"},
                                                  {"audio_speech", "/audio/speech"},
                                                  {"audio_transcriptions", "/audio/transcriptions"},
                                                  {"moderations", "/moderations"},
                                                  {"rerank", "/rerank"}};
        for (const auto& row : kPaths) {
            if (row[0] == route) return row[1];
        }
        return {};
    }

    /// What the SDK calls.
    sluice_status prepare(Deployment& deployment, Attempt attempt) {
        const auto path = routePath(attempt.route());
        if (path.empty()) return SLUICE_E_UNSUPPORTED;
        if (!attempt.setPath(path) || !setFields(deployment, attempt)) return SLUICE_E_INTERNAL;
        const std::string model = jsonQuoted(attempt.upstreamModel());
        if (attempt.upstreamMember("model") != model && !attempt.setUpstreamMember("model", model))
            return SLUICE_E_INVALID;
        const bool has_options = path == "/chat/completions" || path == "/completions";
        if (has_options && deployment.stream_usage && attempt.stream() && !askForUsage(attempt))
            return SLUICE_E_INVALID;
        return adapt(deployment, attempt);
    }

protected:
    explicit Provider(Host host, ProviderOptions options = {}) : host_(host), options_(std::move(options)) {}
    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;
    const Host& host() const { return host_; }

private:
    // The client's own credentials, and whatever else it sends, stay here.
    static bool setFields(const Deployment& deployment, const Attempt& attempt) {
        for (const std::string_view name : {"content-type", "accept", "user-agent", "idempotency-key"}) {
            const std::string_view otherwise = name == "content-type" ? "application/json"
                                               : name == "user-agent" ? "sluice/0.1"
                                                                      : "";
            const auto value = attempt.header(name).value_or(otherwise);
            if (!value.empty()) (void)attempt.setUpstreamHeader(name, value);
        }
        for (const auto& header : deployment.headers) {
            if (!attempt.setUpstreamHeader(header.name, header.value)) return false;
        }
        return true;
    }
    // From a client that did not ask the gateway hides the chunk with the usage.
    static bool askForUsage(const Attempt& attempt) {
        const auto given = attempt.upstreamMember("stream_options").value_or("{}");
        JsonObject options(given == "null" ? "{}" : given);
        // What is no object the upstream says better.
        if (!options.object() || options.member("include_usage") == "true") return true;
        return options.set("include_usage", "true") &&
               attempt.setUpstreamMember("stream_options", options.text()) &&
               attempt.setAttribute("sluice.hide_usage_chunk", "1");
    }

    Host host_;
    ProviderOptions options_;
};

}  // namespace sluice
