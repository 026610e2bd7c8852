#include "plugin.h"

namespace callback_otel {

class Plain : public Plugin {
public:
    Plain(std::string_view config, sluice::Host host) : Plugin(nlohmann::json::parse(config), host, false) {}
};

}  // namespace callback_otel

SLUICE_PLUGIN(callback_otel::Plain, R"({
  "id": "callback_otel",
  "version": "0.2.0",
  "abi": 1,
  "description": "Sends completion records as OpenTelemetry spans, metrics and log records: OTLP over HTTP, protobuf or JSON",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_request", "on_upstream_request", "on_complete"],
  "callbacks": ["otel", "opentelemetry"],
  "capabilities": [)" SLUICE_OTEL_CAPABILITIES R"(],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"endpoint": "http://127.0.0.1:9", "spool": ""},
                 {"endpoint": "http://127.0.0.1:9", "spool": "", "enable_metrics": true, "enable_events": true}],
    "properties": {
)" SLUICE_OTEL_PROPERTIES SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
