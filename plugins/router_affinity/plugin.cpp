#include "plugin.h"

SLUICE_PLUGIN(router_affinity::Plugin, R"({
  "id": "router_affinity",
  "version": "0.1.0",
  "abi": 1,
  "description": "Requests of one session, user or prompt go to one deployment, whose prompt cache is warm then",
  "interfaces": ["sluice.router/1"],
  "strategies": ["consistent-hash"],
  "config_schema": {"type": "object", "additionalProperties": false, "properties": {
    "by": {"type": "array", "items": {"type": "string", "enum": ["session", "user", "prefix"]},
           "default": ["session", "user", "prefix"],
           "description": "What requests belong together by: the first that a request has"},
    "prefix_bytes": {"type": "integer", "minimum": 1, "maximum": 1048576, "default": 1024,
           "description": "Bytes of the prompt's beginning that count"},
    "load_factor": {"type": "number", "minimum": 1, "maximum": 1000, "default": 1.25,
           "description": "How many times its fair part of the requests in flight a deployment may have"}
  }}
})")
