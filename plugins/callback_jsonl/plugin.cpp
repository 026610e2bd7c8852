#include <atomic>
#include <string>
#include <string_view>
#include <system_error>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/redact.h"
#include "line_file.h"

namespace callback_jsonl {
namespace {

std::string faultText(const std::string& path, int error) {
    return path + ": " + std::generic_category().message(error);
}

LineFileOptions optionsOf(std::string_view config_json) {
    const auto config = nlohmann::json::parse(config_json);
    LineFileOptions options;
    options.path = config.value("path", "");
    options.max_bytes = config.value("max_bytes", uint64_t{0});
    options.rotate_s = config.value("rotate_s", int64_t{0});
    options.keep = config.value("keep", 1);
    options.gzip = config.value("gzip", false);
    options.sync = config.value("sync", false);
    return options;
}

bool hidesMessages(std::string_view config_json) {
    return nlohmann::json::parse(config_json).value("turn_off_message_logging", false);
}

}  // namespace

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host)
        : Plugin(optionsOf(config_json), hidesMessages(config_json), host) {}

    // [offload], on several workers at once.
    void on_complete(const sluice_record& record) {
        const auto json = sluice::view(record.json);
        const int error = hide_messages_ ? file_.append(withoutMessages(json)) : file_.append(json);
        if (error != 0) errors_.record(1);
        // Once for each change: a full disk must not fill the log as well.
        if (failing_.exchange(error != 0) == (error != 0)) return;
        if (error != 0) {
            host_.error(faultText(path_, error) +
                        "; records are lost or the file outgrows its limit until this is mended");
        } else {
            host_.info(path_ + ": records are written again");
        }
    }

private:
    Plugin(const LineFileOptions& options, bool hide_messages, const sluice::Host& host)
        : host_(host),
          hide_messages_(hide_messages),
          path_(options.path),
          errors_(host.counter("sluice_callback_jsonl_write_errors_total",
                               "Records that callback_jsonl could not write as configured")),
          file_(options) {
        if (const int error = file_.open()) throw sluice::ConfigError("path: " + faultText(path_, error));
    }

    // Another callback may have asked for them to be in the record.
    static std::string withoutMessages(std::string_view json) {
        exporters::Reader reader;
        return exporters::redacted(reader, json, exporters::kHideMessages);
    }

    sluice::Host host_;
    const bool hide_messages_;
    const std::string path_;
    sluice::Metric errors_;
    LineFile file_;
    std::atomic<bool> failing_{false};
};

}  // namespace callback_jsonl

SLUICE_PLUGIN(callback_jsonl::Plugin, R"({
  "id": "callback_jsonl",
  "version": "0.1.0",
  "abi": 1,
  "description": "Appends each completion record to a file, one line of JSON a record",
  "interfaces": ["sluice.hooks/1"],
  "callbacks": ["jsonl"],
  "config_schema": {
    "type": "object",
    "examples": [{"path": "/dev/null"}],
    "additionalProperties": false,
    "required": ["path"],
    "properties": {
      "path": {"type": "string", "minLength": 1, "description": "the file that lines are appended to"},
      "max_bytes": {"type": "integer", "minimum": 0, "default": 0,
                    "description": "moved to PATH.1 before it grows larger; 0 = never"},
      "rotate_s": {"type": "integer", "minimum": 0, "maximum": 31622400, "default": 0,
                   "description": "moved to PATH.1 when a new period of that many seconds begins, UTC; 0 = never"},
      "keep": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1, "description": "PATH.1 to PATH.keep"},
      "gzip": {"type": "boolean", "default": false, "description": "PATH.1 becomes PATH.1.gz"},
      "turn_off_message_logging": {"type": "boolean", "default": false,
                                   "description": "messages and response become redacted-by-litellm"},
      "sync": {"type": "boolean", "default": false,
               "description": "every line reaches the disk before the next is written"}
    }
  }
})")
