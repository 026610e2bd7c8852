#include <memory>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "exporters/settings.h"
#include "options.h"
#include "sink.h"

namespace callback_http {
namespace {

using exporters::Destination;

exporters::Setup setupOf(const nlohmann::json& config, const sluice::Host& host) {
    const Options options = optionsOf(config, host);
    auto usual = std::make_shared<Destination>();
    usual->id = exporters::destinationId("http", options.url);
    usual->url = options.url;
    usual->fields = exporters::fieldsOf(config, "headers", host);
    exporters::Setup setup;
    setup.names = {"generic_api", "webhook"};
    setup.sink = std::make_unique<HttpSink>(options, [host] { return host.wallMs(); });
    setup.usual = std::move(usual);
    return setup;
}

}  // namespace

class Plugin : public exporters::Exporter {
public:
    Plugin(std::string_view config, sluice::Host host) : Plugin(nlohmann::json::parse(config), host) {}

private:
    Plugin(const nlohmann::json& config, const sluice::Host& host)
        : Exporter(config, host, setupOf(config, host)) {}
};

}  // namespace callback_http

SLUICE_PLUGIN(callback_http::Plugin, R"({
  "id": "callback_http",
  "version": "0.1.0",
  "abi": 1,
  "description": "Sends completion records to an HTTP endpoint: a list, lines or one by one, with a template, signed",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_complete"],
  "record": "content",
  "callbacks": ["generic_api", "webhook"],
  "capabilities": ["net", "secrets:GENERIC_LOGGER_ENDPOINT"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"url": "http://127.0.0.1:9/records", "spool": ""}],
    "properties": {
      "url": {"description": "where to, http:// or https://; may be a secret"},
      "endpoint": {"description": "the same in LiteLLM's words"},
      "headers": {"type": "object", "description": "fields of each request; values may be secrets"},
      "format": {"type": "string", "enum": ["json_array", "ndjson", "single"]},
      "log_format": {"type": "string", "enum": ["json_array", "ndjson", "single"],
                     "description": "the same in LiteLLM's words"},
      "template": {"description": "JSON of one record, with {{placeholders}}; missing: the record as it is"},
      "envelope": {"description": "JSON around a json_array; its list stands at the text {{records}}"},
      "signing_secret": {"description": "requests are signed as Standard Webhooks says"},
      "gzip": {"type": "boolean", "default": false},
)" SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
