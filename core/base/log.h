// The gateway's own log: one line an event on standard error, human-readable or JSON. Formatting is fmt's; a
// Secret does not compile as an argument.
#pragma once

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace sluice::base::log {

enum class Level { Trace, Debug, Info, Warn, Error, Off };

/// Called once at start, before threads. `json` writes {"time","level","message"} lines.
void init(Level level, bool json);
void setLevel(Level level);
bool enabled(Level level);

/// Control characters are escaped, so that a message cannot forge a second line. [any thread]
void write(Level level, std::string_view message);
void flush();

template <class... Args>
[[gnu::cold]] void trace(fmt::format_string<Args...> f, Args&&... args) {
    if (enabled(Level::Trace)) write(Level::Trace, fmt::format(f, std::forward<Args>(args)...));
}
template <class... Args>
[[gnu::cold]] void debug(fmt::format_string<Args...> f, Args&&... args) {
    if (enabled(Level::Debug)) write(Level::Debug, fmt::format(f, std::forward<Args>(args)...));
}
template <class... Args>
[[gnu::cold]] void info(fmt::format_string<Args...> f, Args&&... args) {
    if (enabled(Level::Info)) write(Level::Info, fmt::format(f, std::forward<Args>(args)...));
}
template <class... Args>
[[gnu::cold]] void warn(fmt::format_string<Args...> f, Args&&... args) {
    if (enabled(Level::Warn)) write(Level::Warn, fmt::format(f, std::forward<Args>(args)...));
}
template <class... Args>
[[gnu::cold]] void error(fmt::format_string<Args...> f, Args&&... args) {
    if (enabled(Level::Error)) write(Level::Error, fmt::format(f, std::forward<Args>(args)...));
}

}  // namespace sluice::base::log
