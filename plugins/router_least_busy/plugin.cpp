#include "plugin.h"

SLUICE_PLUGIN(router_least_busy::Plugin, R"({
  "id": "router_least_busy",
  "version": "0.1.0",
  "abi": 1,
  "description": "The deployment with the fewest requests in flight",
  "interfaces": ["sluice.router/1"],
  "strategies": ["least-busy"],
  "config_schema": {"type": "object", "properties": {}, "additionalProperties": false}
})")
