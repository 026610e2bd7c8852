#include <memory>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "options.h"
#include "sink.h"

namespace callback_s3 {
namespace {

using nlohmann::json;

exporters::Setup setupOf(const json& config, const sluice::Host& host) {
    auto usual = destinationOf(config, host, true);
    std::vector<std::string> names{"s3", "s3_v2"};
    if (usual->store.google) names = {"gcs_bucket", "gcs"};
    auto sink = std::make_unique<ObjectSink>(optionsOf(config), host, config, usual->url);
    return {std::move(names), std::move(sink), std::move(usual)};
}

// An object is packed before it is signed: by the sink.
json unpacked(json config) {
    config["gzip"] = false;
    return config;
}

}  // namespace

class Plugin : public exporters::Exporter {
public:
    Plugin(std::string_view config, sluice::Host host) : Plugin(merged(json::parse(config)), host) {}

private:
    Plugin(const json& config, const sluice::Host& host)
        : Exporter(unpacked(config), host, setupOf(config, host)) {}
};

}  // namespace callback_s3

SLUICE_PLUGIN(callback_s3::Plugin, R"({
  "id": "callback_s3",
  "version": "0.1.0",
  "abi": 1,
  "description": "Writes completion records to a bucket of S3, of a store that speaks as S3 does, or of Google Cloud Storage",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_complete"],
  "record": "content",
  "callbacks": ["s3", "s3_v2", "gcs_bucket", "gcs"],
  "activated_by": {"litellm_settings.s3_callback_params": "s3_callback_params"},
  "capabilities": [)" SLUICE_S3_CAPABILITIES R"(],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"s3_bucket_name": "logs", "s3_endpoint_url": "http://127.0.0.1:9", "s3_aws_access_key_id": "id",
                  "s3_aws_secret_access_key": "secret", "spool": ""}],
    "properties": {
      "s3_callback_params": {"type": "object", "description": "the keys with s3_…, as LiteLLM has them"},
      "object": {"type": "string", "enum": ["batch", "record"], "default": "batch",
                 "description": "what an object holds: lines of records, or one record"},
      "gzip": {"type": "boolean", "description": "default: true for batches, false for records"},
      "s3_use_team_prefix": {"type": "boolean", "description": "the team's alias in front of the date"},
      "s3_use_key_prefix": {"type": "boolean", "description": "the key's alias in front of the date"},
      "s3_log_prompts_only": {"type": "boolean", "description": "without the response"},
      "s3_strip_base64_files": {"type": "boolean", "description": "not supported"},
      "s3_batch_size": {"type": "integer", "description": "batch_size in LiteLLM's words"},
      "s3_flush_interval": {"type": "number", "description": "flush_interval_s in LiteLLM's words"},
)" SLUICE_S3_PROPERTIES "," SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
