#include "plugin.h"

SLUICE_PLUGIN(ledger::Plugin, R"({
  "id": "ledger",
  "version": "0.1.0",
  "abi": 1,
  "description": "Brings the completion record of each request into the store, once, over a spool on disk",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_complete"],
  "record": "fields",
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "store": {"type": "string", "default": "",
                "description": "id of the instance that keeps usage; may be left out if there is one store"},
      "spool": {"type": "string", "minLength": 1, "default": "sluice.spool",
                "description": "directory of events that are not in the store yet; in one that exists"},
      "flush_ms": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 20,
                   "description": "how long an event may be in memory only"},
      "store_flush_ms": {"type": "integer", "minimum": 1, "maximum": 60000, "default": 200,
                         "description": "how long events wait for others before they go to the store"},
      "batch": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 1000,
                "description": "events of one transaction of the store"},
      "sync": {"type": "string", "enum": ["none", "batch"], "default": "none",
               "description": "batch: events outlive a power cut as well, at a flush of the disk each flush_ms"},
      "max_spool": {"type": "integer", "minimum": 1048576, "default": 1073741824,
                    "description": "bytes of the spool; events that come then are lost, and counted"},
      "drain_ms": {"type": "integer", "minimum": 0, "maximum": 60000, "default": 2000,
                   "description": "how long the end of the instance waits for the store"},
      "adopt_ms": {"type": "integer", "minimum": 10, "maximum": 3600000, "default": 5000,
                   "description": "how often events are looked for that another process has left"}
    }
  }
})")
