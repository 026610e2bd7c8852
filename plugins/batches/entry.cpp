#include "plugin.h"

SLUICE_PLUGIN(batches::Plugin, R"({
  "id": "batches",
  "version": "0.1.0",
  "abi": 1,
  "description": "OpenAI's Batch API and Anthropic's Message Batches, executed line by line through the gateway's own front door",
  "interfaces": ["sluice.endpoint/1", "sluice.start/1"],
  "blocking": true,
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"directory": "sluice.batches", "base_url": "http://127.0.0.1:4000"}],
    "properties": {
      "directory": {"type": "string", "minLength": 1, "default": "sluice.batches",
                    "description": "where files and batches are kept, of this gateway alone; relative to where it was started"},
      "base_url": {"type": "string", "minLength": 1, "default": "http://127.0.0.1:4000",
                   "description": "this gateway, as it can reach itself; lines are sent there"},
      "ca_file": {"type": "string", "description": "PEM file of authorities to trust for an https base_url; default the system's"},
      "public_url": {"type": "string", "description": "what results_url begins with; default: as the client names the gateway"},
      "verify_base_url": {"type": "boolean", "default": true,
                          "description": "lines wait until base_url has proved to be this process; false behind a balancer of several gateways"},
      "concurrency": {"type": "integer", "minimum": 1, "maximum": 4096, "default": 16, "description": "lines on their way at the same time"},
      "batch_concurrency": {"type": "integer", "minimum": 1, "maximum": 4096, "default": 8, "description": "of these, of one batch"},
      "priority": {"type": "integer", "minimum": 0, "maximum": 1000000, "default": 100,
                   "description": "priority of lines that name none, where requests wait for deployments (higher waits longer); 0: none is added"},
      "lines_max": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 50000, "description": "lines of a batch"},
      "file_bytes_max": {"type": "integer", "minimum": 1, "maximum": 1073741824, "default": 104857600, "description": "bytes of a file"},
      "answer_bytes_max": {"type": "integer", "minimum": 1024, "maximum": 268435456, "default": 16777216, "description": "bytes of one line's answer"},
      "tenant_bytes_max": {"type": "integer", "minimum": 1, "default": 1073741824, "description": "bytes that a tenant may have on the disk"},
      "tenant_files_max": {"type": "integer", "minimum": 1, "default": 500, "description": "uploaded files of a tenant"},
      "tenant_batches_max": {"type": "integer", "minimum": 1, "default": 20, "description": "batches of a tenant in progress"},
      "bytes_max": {"type": "integer", "minimum": 1, "default": 10737418240, "description": "bytes of everything on the disk"},
      "retention_s": {"type": "integer", "minimum": 1, "maximum": 31536000, "default": 2592000,
                      "description": "seconds that files live, and batches after their end"},
      "window_s": {"type": "integer", "minimum": 1, "maximum": 2592000, "default": 86400, "description": "seconds until a batch expires"},
      "line_timeout_ms": {"type": "integer", "minimum": 1, "maximum": 86400000, "default": 600000, "description": "for the answer to a line"},
      "retries_max": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 8,
                      "description": "further attempts at a line that fails with 5xx or 408, or without an answer; 429 is tried until the batch expires"},
      "retry_min_ms": {"type": "integer", "minimum": 1, "maximum": 3600000, "default": 1000, "description": "pause before the second attempt, doubled each time"},
      "retry_max_ms": {"type": "integer", "minimum": 1, "maximum": 3600000, "default": 60000, "description": "longest pause, unless Retry-After asks for more"}
    }
  }
})")
