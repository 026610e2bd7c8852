#include "plugin.h"

SLUICE_PLUGIN(router_usage::Plugin, R"({
  "id": "router_usage",
  "version": "0.1.0",
  "abi": 1,
  "description": "The deployment with the fewest tokens this minute",
  "interfaces": ["sluice.router/1"],
  "strategies": ["usage-based-routing"],
  "config_schema": {"type": "object", "additionalProperties": false, "properties": {
    "ttl": {"type": "number", "minimum": 0, "description": "Accepted for LiteLLM's sake; has no effect"}
  }}
})")
