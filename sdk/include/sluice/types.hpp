// Small value types of the SDK: text on its way over the border, results, verdicts by name.
#pragma once

#include <sluice/sluice.h>

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

inline std::string_view view(sluice_str s) { return {s.ptr, s.len}; }
inline sluice_str str(std::string_view s) { return {s.data(), s.size()}; }

/// What a hook answers; the names of sluice/verdict.h.
enum class Verdict : sluice_verdict {
    Continue = SLUICE_CONTINUE,
    Respond = SLUICE_RESPOND,
    Block = SLUICE_BLOCK,
    Identified = SLUICE_IDENTIFIED,
    Deny = SLUICE_DENY,
    NotScanned = SLUICE_NOT_SCANNED,
    Abort = SLUICE_ABORT,
    Retry = SLUICE_RETRY,
    Fallback = SLUICE_FALLBACK,
    Failed = SLUICE_FAILED,
};

/// A fault in the configuration, thrown by a plugin's constructor: its text is shown to whoever wrote the
/// configuration.
class ConfigError {
public:
    explicit ConfigError(std::string message) : message_(std::move(message)) {}
    const std::string& message() const { return message_; }

private:
    std::string message_;
};

}  // namespace sluice
