#include "options.h"

#include <algorithm>

#include <sluice/plugin.hpp>

namespace exporters {
namespace {

milliseconds msOf(const nlohmann::json& config, const char* key, milliseconds otherwise) {
    return milliseconds(config.value(key, static_cast<int64_t>(otherwise.count())));
}

// "a.b.*": names of members, one below the other.
std::vector<std::string> wayOf(const std::string& path) {
    std::vector<std::string> names(1);
    for (const char c : path) {
        if (c == '.')
            names.emplace_back();
        else
            names.back() += c;
    }
    if (std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.empty(); }))
        throw sluice::ConfigError("mask: found \"" + path +
                                  "\"; allowed: names with dots between them, as metadata.user_agent");
    return names;
}

}  // namespace

uint64_t Options::segmentBytes() const {
    return std::clamp<uint64_t>(spool_bytes / 8, 8 * 1024, 4 * 1024 * 1024);
}

Options optionsOf(const nlohmann::json& config) {
    Options o;
    o.queue_records = config.value("queue_records", o.queue_records);
    o.queue_bytes = config.value("queue_bytes", o.queue_bytes);
    o.batch_size = config.value("batch_size", o.batch_size);
    o.batch_bytes = config.value("batch_bytes", o.batch_bytes);
    o.flush = milliseconds(static_cast<int64_t>(config.value("flush_interval_s", 1.0) * 1000.0));
    o.timeout = msOf(config, "timeout_ms", o.timeout);
    o.retry_min = msOf(config, "retry_min_ms", o.retry_min);
    o.retry_max = msOf(config, "retry_max_ms", o.retry_max);
    o.senders = config.value("senders", o.senders);
    o.gzip = config.value("gzip", o.gzip);
    o.spool = config.value("spool", o.spool);
    o.spool_bytes = config.value("spool_bytes", o.spool_bytes);
    o.drain = msOf(config, "drain_ms", o.drain);
    o.sample_rate = config.value("sample_rate", o.sample_rate);
    const std::string events = config.value("events", "success_and_failure");
    o.success = events != "failure";
    o.failure = events != "success";
    o.hide_messages = config.value("turn_off_message_logging", o.hide_messages);
    o.hide_key_info = config.value("redact_user_api_key_info", o.hide_key_info);
    o.callers_decide = config.value("callers_decide", o.callers_decide);
    for (const auto& path : config.value("mask", std::vector<std::string>())) o.masks.push_back(wayOf(path));
    if (config.contains("custom_fields") && !config["custom_fields"].empty())
        o.custom_fields =
            config["custom_fields"].dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (o.retry_max < o.retry_min)
        throw sluice::ConfigError("retry_max_ms: found less than retry_min_ms; allowed: at least that much");
    return o;
}

}  // namespace exporters
