#include "plugin.h"

SLUICE_PLUGIN(cache_memory::Plugin, R"({
  "id": "cache_memory",
  "version": "0.1.0",
  "abi": 1,
  "description": "Answers kept in the gateway's memory, within a bound",
  "interfaces": ["sluice.cache/1", "sluice.state/1"],
  "caches": ["local", "memory", "qdrant-semantic"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"max_bytes": 67108864}],
    "properties": {
      "max_bytes": {"type": "integer", "minimum": 65536, "default": 268435456,
                    "description": "of all entries together, with their keys, headers and tables"},
      "max_entry_bytes": {"type": "integer", "minimum": 1, "maximum": 1073741824, "default": 1048576,
                          "description": "of one value; at most a quarter of max_bytes"},
      "shards": {"type": "integer", "minimum": 1, "maximum": 256, "default": 16,
                 "description": "parts with a lock each; fewer are made if a part would not hold four of the largest entries"}
    }
  }
})")
