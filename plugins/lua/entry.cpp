#include "plugin.h"

SLUICE_PLUGIN(lua_policy::Plugin, R"({
  "id": "lua",
  "version": "0.1.0",
  "abi": 1,
  "description": "Runs policies written in Lua, each in a sandbox with a budget",
  "interfaces": ["sluice.hooks/1"],
  "hooks": ["pre_call", "route", "on_stream", "post_call", "on_complete"],
  "capabilities": ["net", "kv"],
  "record": "fields",
  "config_schema": {
    "type": "object",
    "examples": [{"policies": [{"name": "example", "code": "function on_request(ctx) end function on_response(ctx) end function on_chunk(ctx, chunk) end"}]}],
    "additionalProperties": false,
    "properties": {
      "idle_states_max": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 1024,
                          "description": "states that are kept for the next request, all policies and tenants together"},
      "scanners": {"type": "object", "description": "what scan.NAME asks: name to guardrail_name"},
      "policies": {
        "type": "array", "default": [], "description": "in the order in which they run; mandatory ones go first",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["name"],
          "properties": {
            "name": {"type": "string", "minLength": 1, "description": "in records, metrics and messages"},
            "script": {"type": "string", "description": "path of the script; or"},
            "code": {"type": "string", "description": "the script itself"},
            "bind": {"type": "object", "description": "key, team, organization, customer, tag, route, model, tenant: a text or a list"},
            "mode": {"enum": ["enforce", "shadow", "off"], "default": "enforce"},
            "mandatory": {"type": "boolean", "default": false, "description": "runs before those that are not"},
            "on_error": {"enum": ["block", "allow"], "description": "what a failed hook means; default block"},
            "on_timeout": {"enum": ["block", "allow"], "description": "what a used up budget means; default on_error"},
            "budget": {
              "type": "object", "additionalProperties": false,
              "properties": {
                "instructions": {"type": "integer", "minimum": 1000, "default": 1000000},
                "time_ms": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 20},
                "memory_bytes": {"type": "integer", "minimum": 262144, "maximum": 268435456, "default": 8388608}
              }
            },
            "params": {"type": "object", "description": "for on_load"},
            "urls": {"type": "object", "description": "where http.post may go: name to URL, or to url, headers, timeout_ms"},
            "stream": {
              "type": "object", "additionalProperties": false,
              "properties": {
                "granularity": {"enum": ["arrival", "word", "line", "sentence", "window", "whole"]},
                "lanes": {"type": "array", "items": {"enum": ["text", "reasoning", "tool_args", "refusal"]}},
                "window_bytes": {"type": "integer", "minimum": 16, "maximum": 65536},
                "overlap_bytes": {"type": "integer", "minimum": 0, "maximum": 16384}
              }
            }
          }
        }
      }
    }
  }
})")
