#include "plugin.h"

SLUICE_PLUGIN(store_sqlite::Plugin, R"({
  "id": "store_sqlite",
  "version": "0.1.0",
  "abi": 1,
  "description": "Keys, teams and usage in a SQLite file",
  "interfaces": ["sluice.store/1"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"path": ":memory:"}],
    "properties": {
      "path": {"type": "string", "minLength": 1, "default": "sluice.db",
               "description": "the file, in a directory that exists; :memory: is one that goes with the instance"},
      "retention_days": {"type": "integer", "minimum": 0, "default": 0,
                         "description": "for how long usage events are kept; aggregates stay; 0 = for ever"},
      "busy_timeout_ms": {"type": "integer", "minimum": 0, "maximum": 600000, "default": 5000,
                          "description": "for how long the lock of another process is waited for"},
      "poll_ms": {"type": "integer", "minimum": 10, "maximum": 60000, "default": 500,
                  "description": "how often changes of other processes are looked for"},
      "sync": {"type": "boolean", "default": true,
               "description": "false: a power cut may take the last writes; the file stays whole all the same"}
    }
  }
})")
