// The field `traceparent` (W3C Trace Context, 3.2), and which traces are kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callback_otel {

struct Parent {
    std::string trace_id;  // 16 bytes
    std::string span_id;   // 8 bytes
    bool sampled = false;
};

/// Nothing if it is none.
std::optional<Parent> parentOf(std::string_view field);
/// The field for it.
std::string fieldOf(const Parent& parent);

/// As OpenTelemetry's OTEL_TRACES_SAMPLER has them.
struct Sampler {
    bool parent_based = true;  // a caller that has named a trace decides
    double ratio = 1;          // of the others

    /// `parent`: null if nobody has named one. By the id and not by a die: all of a trace, or none of it.
    bool keeps(std::string_view trace_id, const Parent* parent) const;
};

/// Throws std::invalid_argument for a name that is none.
Sampler samplerOf(std::string_view name, double ratio);

}  // namespace callback_otel
