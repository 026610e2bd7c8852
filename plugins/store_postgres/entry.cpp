#include "plugin.h"

SLUICE_PLUGIN(store_postgres::Plugin, R"({
  "id": "store_postgres",
  "version": "0.1.0",
  "abi": 1,
  "description": "Keys, teams and usage in PostgreSQL",
  "interfaces": ["sluice.store/1"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "required": ["url"],
    "examples": [{"url": "postgresql://sluice@127.0.0.1:5432/sluice", "cache_path": ""}],
    "properties": {
      "url": {"type": "string", "description": "postgresql://user:password@host:5432/database, with libpq's options; os.environ/DATABASE_URL"},
      "password": {"type": "string", "description": "instead of the one in the URL"},
      "schema": {"type": "string", "minLength": 1, "default": "sluice", "description": "where the tables are: [a-z_][a-z0-9_]*"},
      "pool_size": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 8,
                    "description": "connections at most, and one more that listens"},
      "connect_timeout_ms": {"type": "integer", "minimum": 10, "maximum": 600000, "default": 3000,
                             "description": "for all of connecting, TLS included"},
      "statement_timeout_ms": {"type": "integer", "minimum": 10, "maximum": 3600000, "default": 10000,
                               "description": "for one statement"},
      "lock_timeout_ms": {"type": "integer", "minimum": 10, "maximum": 3600000, "default": 5000,
                          "description": "for how long a lock of others is waited for"},
      "poll_ms": {"type": "integer", "minimum": 10, "maximum": 60000, "default": 500,
                  "description": "how often changes are looked for that no notification told of"},
      "retention_days": {"type": "integer", "minimum": 0, "default": 0,
                         "description": "for how long usage events are kept; aggregates stay; 0 = for ever"},
      "cache_path": {"type": "string", "default": "sluice-documents.cache",
                     "description": "the copy of the documents, for a start without the database; empty: none"}
    }
  }
})")
