#include "plugin.h"

SLUICE_PLUGIN(router_cost::Plugin, R"({
  "id": "router_cost",
  "version": "0.1.0",
  "abi": 1,
  "description": "The cheapest deployment under its limits",
  "interfaces": ["sluice.router/1"],
  "strategies": ["cost-based-routing"],
  "config_schema": {"type": "object", "additionalProperties": false, "properties": {
    "ttl": {"type": "number", "minimum": 0, "description": "Accepted for LiteLLM's sake; has no effect"}
  }}
})")
