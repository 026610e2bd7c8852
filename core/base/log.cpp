#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

#include "base/log_filter.h"
#include "base/text.h"

namespace sluice::base::log {
namespace {

std::atomic<Level> g_level{Level::Info};
std::atomic<bool> g_json{false};
std::atomic<bool> g_filtered{false};
std::atomic<std::shared_ptr<const Filter>> g_filter;

spdlog::level::level_enum toSpdlog(Level level) { return static_cast<spdlog::level::level_enum>(level); }

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = spdlog::stderr_color_mt("sluice");
        made->set_level(spdlog::level::trace);
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
        return made;
    }();
    return *instance;
}

// No text makes a line of its own, moves a terminal's cursor, or is anything but UTF-8.
std::string escaped(std::string_view text, bool json) {
    std::string out;
    out.reserve(text.size() + 8);
    const bool utf8 = isUtf8(text);
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        auto u = static_cast<unsigned char>(c);
        const bool c1 = u == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (utf8 && c1) u = static_cast<unsigned char>(text[++i]);  // U+0080 to U+009F
        if (json && (c == '"' || c == '\\')) {
            out += '\\';
            out += c;
        } else if (u < 0x20 || u == 0x7f || (u >= 0x80 && !utf8) || (utf8 && c1)) {
            out += json ? fmt::format("\\u{:04x}", u) : fmt::format("\\x{:02x}", u);
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace

void init(Level level, bool json) {
    g_level = level;
    g_json = json;
    if (json) logger().set_pattern("{\"time\":\"%Y-%m-%dT%H:%M:%S.%e\",\"level\":\"%l\",\"message\":\"%v\"}");
}

void setLevel(Level level) { g_level = level; }
bool enabled(Level level) { return level >= g_level.load(std::memory_order_relaxed); }

void setFilter(std::shared_ptr<const Filter> filter) {
    g_filtered.store(filter != nullptr, std::memory_order_relaxed);
    g_filter.store(std::move(filter));
}

void write(Level level, std::string_view message) {
    thread_local bool filtering = false;
    std::string filtered;
    if (g_filtered.load(std::memory_order_relaxed) && !filtering) {
        filtering = true;
        if (const auto filter = g_filter.load()) {
            filtered = message;
            (*filter)(filtered);
            message = filtered;
        }
        filtering = false;
    }
    logger().log(toSpdlog(level), "{}", escaped(message, g_json.load(std::memory_order_relaxed)));
}

void flush() { logger().flush(); }

}  // namespace sluice::base::log
