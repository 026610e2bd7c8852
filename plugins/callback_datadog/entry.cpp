#include <unistd.h>

#include <array>
#include <memory>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "exporters/settings.h"
#include "sink.h"

namespace callback_datadog {
namespace {

using exporters::textOf;
using nlohmann::json;

std::string hostName() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string either(std::string text, const char* otherwise) { return text.empty() ? otherwise : text; }

Labels labelsOf(const json& config, const sluice::Host& host) {
    Labels labels;
    labels.source = either(textOf(config, "source", host, "DD_SOURCE"), "litellm");
    labels.service = either(textOf(config, "service", host, "DD_SERVICE"), "litellm-server");
    labels.hostname = textOf(config, "hostname", host, "DD_HOSTNAME");
    if (labels.hostname.empty()) labels.hostname = hostName();
    labels.tags = "env:" + either(textOf(config, "env", host, "DD_ENV"), "unknown");
    labels.tags += ",service:" + labels.service;
    labels.tags += ",version:" + either(textOf(config, "version", host, "DD_VERSION"), "unknown");
    if (const auto tags = config.value("tags", ""); !tags.empty()) labels.tags += "," + tags;
    return labels;
}

// An agent on the way needs no key; the intake does.
std::string urlOf(const json& config, const sluice::Host& host) {
    const std::string agent = textOf(config, "agent_host", host, "LITELLM_DD_AGENT_HOST");
    std::string base = textOf(config, "url", host);
    if (base.empty() && !agent.empty())
        base = "http://" + agent + ":" +
               either(textOf(config, "agent_port", host, "LITELLM_DD_AGENT_PORT"), "10518");
    if (base.empty())
        base = "https://http-intake.logs." + either(textOf(config, "site", host, "DD_SITE"), "datadoghq.com");
    return exporters::baseUrlOf(base, "url") + "/api/v2/logs";
}

exporters::Setup setupOf(const json& config, const sluice::Host& host) {
    const std::string key = textOf(config, "api_key", host, "DD_API_KEY");
    const std::string agent = textOf(config, "agent_host", host, "LITELLM_DD_AGENT_HOST");
    if (key.empty() && agent.empty())
        throw sluice::ConfigError("api_key: found nothing; allowed: a text, or agent_host instead of it");
    auto usual = std::make_shared<exporters::Destination>();
    usual->url = urlOf(config, host);
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
  "callbacks": ["datadog"],
  "capabilities": ["net", "secrets:DD_API_KEY", "secrets:DD_SITE", "secrets:DD_SOURCE", "secrets:DD_SERVICE",
    "secrets:DD_HOSTNAME", "secrets:DD_ENV", "secrets:DD_VERSION", "secrets:LITELLM_DD_AGENT_HOST",
    "secrets:LITELLM_DD_AGENT_PORT"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"api_key": "key", "url": "http://127.0.0.1:9", "spool": ""}],
    "properties": {
      "api_key": {"description": "of Datadog; may be a secret"},
      "site": {"type": "string", "description": "datadoghq.com, datadoghq.eu, us5.datadoghq.com, …"},
      "url": {"description": "instead of site: http:// or https:// and a host"},
      "agent_host": {"type": "string", "description": "an agent that takes logs over HTTP, instead of the intake"},
      "agent_port": {"type": "string", "description": "its port; 10518"},
      "source": {"type": "string", "description": "ddsource; litellm"},
      "service": {"type": "string", "description": "litellm-server"},
      "hostname": {"type": "string", "description": "default: the machine's"},
      "env": {"type": "string"},
      "version": {"type": "string"},
      "tags": {"type": "string", "description": "more ddtags: name:value,name:value"},
      "gzip": {"type": "boolean", "default": true},
)" SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
