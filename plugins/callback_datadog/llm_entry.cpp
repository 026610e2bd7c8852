#include <memory>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "exporters/settings.h"
#include "exporters/trace_notes.h"
#include "labels.h"
#include "llm_sink.h"

namespace callback_datadog {
namespace {

using exporters::textOf;
using nlohmann::json;

constexpr const char* kPath = "/api/intake/llm-obs/v1/trace/spans";

exporters::Setup setupOf(const json& config, const sluice::Host& host) {
    const std::string key = textOf(config, "api_key", host, "DD_API_KEY");
    const std::string agent = textOf(config, "agent_host", host, "LITELLM_DD_AGENT_HOST");
    if (key.empty() && agent.empty())
        throw sluice::ConfigError("api_key: found nothing; allowed: a text, or agent_host instead of it");
    auto usual = std::make_shared<exporters::Destination>();
    if (agent.empty()) {
        usual->url = intakeOf(config, host, "api") + kPath;
        usual->fields.emplace_back("dd-api-key", key);
    } else {
        // The agent passes on what comes to its proxy, to the host of its site that the field names, and puts
        // its own key to it (docs.datadoghq.com/llm_observability/setup, DataDog/datadog-agent
        // pkg/trace/api/evp_proxy.go).
        const std::string port =
            either(textOf(config, "agent_port", host, "LITELLM_DD_LLM_OBS_PORT"), "8126");
        usual->url =
            exporters::baseUrlOf("http://" + agent + ":" + port, "agent_host") + "/evp_proxy/v2" + kPath;
        usual->fields.emplace_back("x-datadog-evp-subdomain", "api");
    }
    usual->id = exporters::destinationId("datadog-llm", usual->url);
    const Labels labels = labelsOf(config, host);
    LlmOptions options;
    options.ml_app = either(textOf(config, "ml_app", host, "DD_LLMOBS_ML_APP"), labels.service.c_str());
    options.tags = listOf(labels.tags + ",ml_app:" + options.ml_app);
    exporters::Setup setup;
    setup.names = {"datadog_llm_observability"};
    setup.sink = std::make_unique<LlmSink>(std::move(options));
    setup.usual = std::move(usual);
    return setup;
}

}  // namespace

class LlmPlugin : public exporters::Exporter {
public:
    LlmPlugin(std::string_view config, sluice::Host host) : LlmPlugin(json::parse(config), host) {}

    sluice::Verdict on_request(sluice::Request request) {
        exporters::noteTraceFields(request);
        return sluice::Verdict::Continue;
    }

private:
    LlmPlugin(const json& config, const sluice::Host& host) : Exporter(config, host, setupOf(config, host)) {}
};

}  // namespace callback_datadog

SLUICE_PLUGIN(callback_datadog::LlmPlugin, R"({
  "id": "callback_datadog_llm",
  "version": "0.1.0",
  "abi": 1,
  "description": "Sends completion records to Datadog's LLM Observability, or to its agent",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_request", "on_complete"],
  "record": "content",
  "callbacks": ["datadog_llm_observability"],
  "capabilities": ["net", "secrets:DD_LLMOBS_ML_APP", "secrets:LITELLM_DD_LLM_OBS_PORT", )" SLUICE_DATADOG_SECRETS
                                           R"(],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"api_key": "key", "url": "http://127.0.0.1:9", "spool": ""}],
    "properties": {
      "ml_app": {"type": "string", "description": "the name of the application; default: that of the service"},
      "agent_host": {"type": "string", "description": "an agent that passes spans on, instead of the intake"},
      "agent_port": {"type": "string", "description": "its port for traces; 8126"},
)" SLUICE_DATADOG_PROPERTIES SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
