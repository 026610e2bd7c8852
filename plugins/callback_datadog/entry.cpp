#include <memory>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "exporters/settings.h"
#include "labels.h"
#include "sink.h"

namespace callback_datadog {
namespace {

using exporters::textOf;
using nlohmann::json;

// An agent on the way needs no key; the intake does.
std::string urlOf(const json& config, const sluice::Host& host, const std::string& agent) {
    const std::string base =
        agent.empty() || !textOf(config, "url", host).empty()
            ? intakeOf(config, host, "http-intake.logs")
            : exporters::baseUrlOf(
                  "http://" + agent + ":" +
                      either(textOf(config, "agent_port", host, "LITELLM_DD_AGENT_PORT"), "10518"),
                  "agent_host");
    return base + "/api/v2/logs";
}

exporters::Setup setupOf(const json& config, const sluice::Host& host) {
    const std::string key = textOf(config, "api_key", host, "DD_API_KEY");
    const std::string agent = textOf(config, "agent_host", host, "LITELLM_DD_AGENT_HOST");
    if (key.empty() && agent.empty())
        throw sluice::ConfigError("api_key: found nothing; allowed: a text, or agent_host instead of it");
    auto usual = std::make_shared<exporters::Destination>();
    usual->url = urlOf(config, host, agent);
    usual->id = exporters::destinationId("datadog", usual->url);
    if (!key.empty()) usual->fields.emplace_back("dd-api-key", key);
    return {{"datadog"}, std::make_unique<LogSink>(labelsOf(config, host)), std::move(usual)};
}

}  // namespace

class Plugin : public exporters::Exporter {
public:
    Plugin(std::string_view config, sluice::Host host) : Plugin(json::parse(config), host) {}

private:
    Plugin(const json& config, const sluice::Host& host) : Exporter(config, host, setupOf(config, host)) {}
};

}  // namespace callback_datadog

SLUICE_PLUGIN(callback_datadog::Plugin, R"({
  "id": "callback_datadog",
  "version": "0.1.0",
  "abi": 1,
  "description": "Sends completion records to Datadog's log intake, or to its agent",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_complete"],
  "record": "content",
  "callbacks": ["datadog"],
  "capabilities": ["net", "secrets:LITELLM_DD_AGENT_PORT", )" SLUICE_DATADOG_SECRETS R"(],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"api_key": "key", "url": "http://127.0.0.1:9", "spool": ""}],
    "properties": {
      "agent_host": {"type": "string", "description": "an agent that takes logs over HTTP, instead of the intake"},
      "agent_port": {"type": "string", "description": "its port; 10518"},
      "source": {"type": "string", "description": "ddsource; litellm"},
)" SLUICE_DATADOG_PROPERTIES SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
