#include "plugin.h"

namespace callback_otel {

class WithMessages : public Plugin {
public:
    WithMessages(std::string_view config, sluice::Host host)
        : Plugin(nlohmann::json::parse(config), host, true) {}
};

}  // namespace callback_otel

SLUICE_PLUGIN(callback_otel::WithMessages, R"({
  "id": "callback_otel_messages",
  "version": "0.2.0",
  "abi": 1,
  "description": "callback_otel, with what was asked and answered in log records",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_request", "on_upstream_request", "on_complete"],
  "record": "content",
  "callbacks": ["otel_messages"],
  "capabilities": [)" SLUICE_OTEL_CAPABILITIES R"(],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"endpoint": "http://127.0.0.1:9", "spool": "", "enable_events": true}],
    "properties": {
)" SLUICE_OTEL_PROPERTIES SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
