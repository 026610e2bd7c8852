#include "plugin.h"

SLUICE_PLUGIN(router_usage::PluginV2, R"({
  "id": "router_usage_v2",
  "version": "0.1.0",
  "abi": 1,
  "description": "The deployment with the fewest tokens this minute that has room for the request",
  "interfaces": ["sluice.router/1"],
  "strategies": ["usage-based-routing-v2"],
  "config_schema": {"type": "object", "additionalProperties": false, "properties": {
    "ttl": {"type": "number", "minimum": 0, "description": "Accepted for LiteLLM's sake; has no effect"}
  }}
})")
