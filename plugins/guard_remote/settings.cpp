#include "settings.h"

namespace guard_remote {
namespace {

size_t count(const sluice::ConfigObject& config, std::string_view key, size_t otherwise, int64_t least,
             int64_t most) {
    auto value = static_cast<int64_t>(otherwise);
    config.read(key, value);
    if (value < least || value > most)
        sluice::ConfigObject::fail(config.pathOf(key), std::to_string(value),
                                   std::to_string(least) + " to " + std::to_string(most));
    return static_cast<size_t>(value);
}

// `fail` is ours and counts most; the others are LiteLLM's.
void readFail(const sluice::ConfigObject& config, Settings& settings) {
    bool closed = true;
    if (config.has("mask_pii_fail_closed")) {
        config.read("mask_pii_fail_closed", closed);
        settings.open_unreachable = settings.open_failed = !closed;
    }
    std::string text = settings.open_unreachable ? "fail_open" : "fail_closed";
    config.read("unreachable_fallback", text, {"fail_closed", "fail_open"});
    settings.open_unreachable = text == "fail_open";
    bool fails = true;
    config.read("fail_on_error", fails);
    if (!fails) settings.open_unreachable = settings.open_failed = true;
    if (!config.has("fail")) return;
    config.read("fail", text, {"closed", "open"});
    settings.open_unreachable = settings.open_failed = text == "open";
}

void readTimeout(const sluice::ConfigObject& config, Settings& settings) {
    constexpr double kMost = 600;
    if (config.has("timeout")) {  // LiteLLM: seconds
        double seconds = 0;
        config.read("timeout", seconds);
        if (!(seconds >= 0.001 && seconds <= kMost))
            sluice::ConfigObject::fail(config.pathOf("timeout"), "another number", "0.001 to 600 seconds");
        settings.service.timeout_ms = static_cast<uint32_t>(seconds * 1000);
    }
    settings.service.timeout_ms =
        static_cast<uint32_t>(count(config, "timeout_ms", settings.service.timeout_ms, 1, 600'000));
}

}  // namespace

Settings readSettings(const sluice::ConfigObject& config, const std::string& name) {
    constexpr int64_t kBytes = 16 * 1024 * 1024;
    Settings settings;
    config.need("guardrail", settings.guardrail);
    settings.service.name = name.empty() ? settings.guardrail : name;
    readFail(config, settings);
    readTimeout(config, settings);
    settings.service.max_answer_bytes =
        count(config, "max_answer_bytes", settings.service.max_answer_bytes, 1, kBytes);
    settings.judge.max_text_bytes = count(config, "max_text_bytes", settings.judge.max_text_bytes, 1, kBytes);
    settings.cache.entries = count(config, "cache_entries_max", settings.cache.entries, 0, 10'000'000);
    settings.cache.bytes = count(config, "cache_bytes_max", settings.cache.bytes, 0, int64_t{1} << 32);
    settings.cache.ttl_ms =
        1000 * static_cast<int64_t>(count(config, "cache_ttl_s", 3600, 0, 30 * 24 * 3600));
    if (settings.cache.ttl_ms == 0) settings.cache.entries = 0;
    std::string flagged = "block";
    config.read("on_flagged", flagged, {"block", "monitor"});
    settings.monitors = flagged == "monitor";
    config.read("output_parse_pii", settings.restores);
    settings.stream_chunk_chars = count(config, "stream_chunk_chars", 1'000, 1, 100'000);
    settings.stream_wait_ms = count(config, "stream_wait_ms", 1'500, 0, 60'000);
    settings.stream_overlap_chars = count(config, "stream_overlap_chars", 100, 0, 10'000);
    settings.judge.overlap_chars = settings.stream_overlap_chars;
    return settings;
}

}  // namespace guard_remote
