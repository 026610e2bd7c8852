#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "exporters/settings.h"
#include "notes.h"
#include "sink.h"

namespace callback_langfuse {
namespace {

using exporters::Setup;
using nlohmann::json;

constexpr const char* kCloud = "https://cloud.langfuse.com";

enum class Api { Otel, Ingestion, Scores };

const char* nameOf(Api api) {
    return api == Api::Otel ? "langfuse" : api == Api::Ingestion ? "langfuse-ingestion" : "langfuse-scores";
}

const char* pathOf(Api api) {
    return api == Api::Otel        ? "/api/public/otel/v1/traces"
           : api == Api::Ingestion ? "/api/public/ingestion"
                                   : "/api/public/scores";
}

std::string varOf(const json& vars, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (vars.contains(name) && vars[name].is_string()) return vars[name].get<std::string>();
    }
    return {};
}

// callback_vars in LiteLLM's words. Without any of them the configured account is meant.
std::shared_ptr<const exporters::Destination> ownOf(const json& vars, const json& config,
                                                    const std::string& usual_host, Api api) {
    Account account;
    account.public_key = varOf(vars, {"langfuse_public_key"});
    account.secret_key = varOf(vars, {"langfuse_secret_key", "langfuse_secret"});
    account.host = varOf(vars, {"langfuse_host"});
    if (account.public_key.empty() && account.secret_key.empty() && account.host.empty()) return nullptr;
    if (account.public_key.empty() || account.secret_key.empty())
        throw std::invalid_argument("langfuse_public_key and langfuse_secret_key go together");
    if (account.host.empty()) account.host = usual_host;
    try {
        account.host = exporters::baseUrlOf(account.host, "langfuse_host");
    } catch (const sluice::ConfigError& fault) {
        throw std::invalid_argument(fault.message());
    }
    exporters::checkOwnHost(account.host, usual_host, config);
    return destinationOf(account, nameOf(api), pathOf(api));
}

Setup setupOf(const json& config, const sluice::Host& host, Api api) {
    using exporters::textOf;
    Account account;
    account.host = textOf(config, "host", host, "LANGFUSE_HOST");
    account.host = exporters::baseUrlOf(account.host.empty() ? kCloud : account.host, "host");
    account.public_key = textOf(config, "public_key", host, "LANGFUSE_PUBLIC_KEY");
    account.secret_key = textOf(config, "secret_key", host, "LANGFUSE_SECRET_KEY");
    if (account.public_key.empty() != account.secret_key.empty())
        throw sluice::ConfigError(
            std::string(account.public_key.empty() ? "public_key" : "secret_key") +
            ": found nothing; allowed: a text, or neither public_key nor secret_key, for "
            "receivers of keys and teams only");
    Common common;
    common.environment = config.value("environment", "");
    common.release = config.value("release", "");
    common.own = [config, usual = account.host, api](const json& vars) {
        return ownOf(vars, config, usual, api);
    };
    Setup setup;
    setup.names = {"langfuse", "langfuse_otel"};
    if (api == Api::Scores) setup.names.insert(setup.names.begin(), "langfuse_scores");  // metrics of its own
    if (api == Api::Otel) setup.sink = std::make_unique<OtelSink>(std::move(common));
    if (api == Api::Ingestion) setup.sink = std::make_unique<IngestionSink>(std::move(common));
    if (api == Api::Scores) setup.sink = std::make_unique<ScoreSink>(std::move(common));
    if (!account.public_key.empty()) setup.usual = destinationOf(account, nameOf(api), pathOf(api));
    return setup;
}

// Strides over what cannot be it. A search for the first byte, a quote, would stop at each member of a
// record.
bool contains(std::string_view text, std::string_view what) {
    const std::boyer_moore_horspool_searcher<std::string_view::iterator> find(what.begin(), what.end());
    return std::search(text.begin(), text.end(), find) != text.end();
}

// Whether it is worth to be read for scores.
bool hasGuardrails(const sluice_record& record) {
    const auto json = sluice::view(record.json);
    return contains(json, "\"guardrail_provider\":\"") ||
           contains(json, "\"guardrail_status\":\"guardrail_intervened\"");
}

}  // namespace

class Plugin {
public:
    Plugin(std::string_view config, sluice::Host host) : Plugin(json::parse(config), host) {}

    void start() {
        traces_.start();
        if (scores_) scores_->start();
    }
    sluice::Verdict on_request(sluice::Request request) {
        noteFields(request);
        return sluice::Verdict::Continue;
    }
    void on_complete(const sluice_record& record) {
        traces_.on_complete(record);
        if (scores_ && hasGuardrails(record)) scores_->on_complete(record);
    }
    void closing() {
        traces_.closing();
        if (scores_) scores_->closing();
    }

private:
    Plugin(const json& config, const sluice::Host& host)
        : traces_(config, host,
                  setupOf(config, host, config.value("api", "otel") == "otel" ? Api::Otel : Api::Ingestion)) {
        if (config.value("api", "otel") == "otel" && config.value("scores", true))
            scores_ = std::make_unique<exporters::Exporter>(config, host, setupOf(config, host, Api::Scores));
    }

    exporters::Exporter traces_;
    std::unique_ptr<exporters::Exporter>
        scores_;  // null: the ingestion API takes them with the rest, or none are wanted
};

}  // namespace callback_langfuse

SLUICE_PLUGIN(callback_langfuse::Plugin, R"({
  "id": "callback_langfuse",
  "version": "0.1.0",
  "abi": 1,
  "description": "Sends completion records to Langfuse: traces, generations, guardrails, attempts, scores",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_request", "on_complete"],
  "record": "content",
  "callbacks": ["langfuse", "langfuse_otel"],
  "capabilities": ["net", "secrets:LANGFUSE_PUBLIC_KEY", "secrets:LANGFUSE_SECRET_KEY", "secrets:LANGFUSE_HOST"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"host": "http://127.0.0.1:9", "public_key": "pk-lf-1", "secret_key": "sk-lf-1", "spool": ""}],
    "properties": {
      "host": {"description": "http:// or https:// and a host; may be a secret; default: Langfuse's cloud"},
      "public_key": {"description": "may be a secret"},
      "secret_key": {"description": "may be a secret"},
      "api": {"type": "string", "enum": ["otel", "ingestion"], "default": "otel",
              "description": "ingestion: servers before Langfuse v4"},
      "scores": {"type": "boolean", "default": true, "description": "what guardrails said, as scores"},
      "environment": {"type": "string", "default": ""},
      "release": {"type": "string", "default": ""},
      "gzip": {"type": "boolean", "default": true},
)" SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
