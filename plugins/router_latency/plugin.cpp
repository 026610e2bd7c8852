#include "plugin.h"

SLUICE_PLUGIN(router_latency::Plugin, R"({
  "id": "router_latency",
  "version": "0.1.0",
  "abi": 1,
  "description": "A random one of the deployments with the lowest average latency",
  "interfaces": ["sluice.router/1", "sluice.hooks/1"],
  "hooks": ["on_attempt_end"],
  "strategies": ["latency-based-routing"],
  "config_schema": {"type": "object", "additionalProperties": false, "properties": {
    "ttl": {"type": "number", "minimum": 0, "maximum": 1000000000, "default": 3600,
            "description": "Seconds after which a deployment without a new sample is unknown again"},
    "lowest_latency_buffer": {"type": "number", "minimum": 0, "maximum": 1000, "default": 0,
            "description": "0.5: deployments up to half as slow again as the fastest are as good"},
    "max_latency_list_size": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 10,
            "description": "Samples of a deployment that make its average"}
  }}
})")
