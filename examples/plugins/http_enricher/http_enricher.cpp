// Asks a service about the caller and puts what it answers into the request as the member "metadata".
//
//   plugins: [{plugin: http_enricher, config: {url: "http://127.0.0.1:8080/callers", timeout_ms: 500}}]
//
// The service gets {"key_id":"…","model":"…"} and answers with a JSON object.
//
// config_.url and config_.timeout_ms are what manifest.json says about them: types, defaults, what is
// required.
#include <sluice/plugin.hpp>

#include "http_enricher_manifest.hpp"

namespace {

using sluice::Verdict;

class HttpEnricher {
public:
    HttpEnricher(std::string_view config, sluice::Host host)
        : host_(host), config_(http_enricher::Config::read(config)) {
        const auto& url = config_.url;
        if (url.compare(0, 7, "http://") != 0 && url.compare(0, 8, "https://") != 0)
            throw sluice::ConfigError("url: it starts with http:// or https://");
    }

    Verdict pre_call(sluice::Request request) {
        const std::string question = R"({"key_id":)" + sluice::jsonQuoted(request.keyId()) + R"(,"model":)" +
                                     sluice::jsonQuoted(request.model()) + "}";
        // Reads like a call that blocks. The thread serves other requests meanwhile: hold no lock across it.
        const auto answer =
            request.post(host_, config_.url, question, static_cast<uint32_t>(config_.timeout_ms));
        request.setAttribute("http_enricher.status", std::to_string(answer.status));
        // What a failure means for the request is not decided here but by on_error of the configuration.
        if (!answer.ok()) return request.failed("the service answered " + std::to_string(answer.status));
        return request.setMember("metadata", answer.body) ? Verdict::Continue : Verdict::Failed;
    }

private:
    sluice::Host host_;
    http_enricher::Config config_;
};

}  // namespace

SLUICE_PLUGIN(HttpEnricher, SLUICE_MANIFEST)
