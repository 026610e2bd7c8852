#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

namespace policy_records {

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host)
        : host_(host),
          written_(host.counter("sluice_policy_records_total", "Records that were kept for replays")) {
        const auto config = nlohmann::json::parse(config_json);
        path_ = config.value("path", "");
        every_ = config.value("every", uint64_t{1});
        max_bytes_ = config.value("max_bytes", uint64_t{1} << 30);
        file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (file_ < 0)
            throw sluice::ConfigError("path: " + path_ + ": " + std::generic_category().message(errno));
        const off_t size = ::lseek(file_, 0, SEEK_END);
        size_ = size > 0 ? static_cast<uint64_t>(size) : 0;
    }
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;
    ~Plugin() { ::close(file_); }

    // [offload], on several workers at once: one system call a line, to a file that is open for appending.
    void on_complete(const sluice_record& record) {
        if (seen_.fetch_add(1, std::memory_order_relaxed) % every_ != 0) return;
        const std::string line = std::string(sluice::view(record.json)) + "\n";
        if (size_.fetch_add(line.size(), std::memory_order_relaxed) + line.size() > max_bytes_)
            return stop("the file has its max_bytes");
        if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
            return stop(std::generic_category().message(errno));
        written_.record(1);
    }

private:
    // Once: these records are a sample, and nothing waits for them.
    void stop(const std::string& why) {
        if (!stopped_.exchange(true)) host_.warn(path_ + ": " + why + "; records are not kept");
    }

    sluice::Host host_;
    sluice::Metric written_;
    std::string path_;
    uint64_t every_ = 1, max_bytes_ = 0;
    int file_ = -1;
    std::atomic<uint64_t> seen_{0}, size_{0};
    std::atomic<bool> stopped_{false};
};

}  // namespace policy_records

SLUICE_PLUGIN(policy_records::Plugin, R"({
  "id": "policy_records",
  "version": "0.1.0",
  "abi": 1,
  "description": "Keeps records with what was asked, for replays of policies",
  "interfaces": ["sluice.hooks/1"],
  "record": "content",
  "config_schema": {
    "type": "object",
    "examples": [{"path": "/dev/null"}],
    "additionalProperties": false,
    "required": ["path"],
    "properties": {
      "path": {"type": "string", "minLength": 1, "description": "the file that lines are appended to"},
      "every": {"type": "integer", "minimum": 1, "default": 1, "description": "every so many requests one is kept"},
      "max_bytes": {"type": "integer", "minimum": 1, "default": 1073741824, "description": "then nothing more is kept"}
    }
  }
})")
