#include "plugin.h"

SLUICE_PLUGIN(router_peak_ewma::Plugin, R"({
  "id": "router_peak_ewma",
  "version": "0.1.0",
  "abi": 1,
  "description": "Of two random deployments the one that will probably answer sooner",
  "interfaces": ["sluice.router/1"],
  "strategies": ["peak-ewma"],
  "config_schema": {"type": "object", "properties": {}, "additionalProperties": false}
})")
