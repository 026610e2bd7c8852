#include "plugin.h"

SLUICE_PLUGIN(cache_disk::Plugin, R"({
  "id": "cache_disk",
  "version": "0.1.0",
  "abi": 1,
  "description": "Answers kept on a local disk, within a bound",
  "interfaces": ["sluice.cache/1"],
  "caches": ["disk"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"path": ":temporary:", "max_bytes": 67108864}],
    "properties": {
      "path": {"type": "string", "minLength": 1, "default": "sluice.cache",
               "description": "a directory of this gateway alone, on a local disk; :temporary: is one that goes with the instance"},
      "disk_cache_dir": {"type": "string", "description": "LiteLLM's name of path"},
      "max_bytes": {"type": "integer", "minimum": 16777216, "default": 1073741824, "description": "of the files in it"},
      "max_entry_bytes": {"type": "integer", "minimum": 1, "maximum": 268435456, "default": 1048576,
                          "description": "of one value; at most a sixteenth of max_bytes"},
      "max_queue_bytes": {"type": "integer", "minimum": 1, "default": 33554432,
                          "description": "of entries that are not on the disk yet; more are dropped"},
      "readers": {"type": "integer", "minimum": 1, "maximum": 64, "default": 2, "description": "threads that look things up"}
    }
  }
})")
