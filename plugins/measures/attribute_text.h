// The attributes of a measurement as one text, by which they are compared: name, kind and value, with
// separators that stand in no value. [any]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "exporters/otlp.h"

namespace measures {

constexpr size_t kAttributeBytesMax = 255;

class AttributeText {
public:
    /// Empty values are left out. Control characters become "_"; what is longer than kAttributeBytesMax is
    /// cut between two characters of UTF-8.
    void text(std::string_view name, std::string_view value);
    void integer(std::string_view name, int64_t value);

    const std::string& str() const { return text_; }
    /// This one and another.
    std::string with(std::string_view name, std::string_view value) const;

private:
    std::string text_;
};

/// Back again.
exporters::Attributes attributesOf(std::string_view text);

/// The set of measurements for which there was no room: {otel.metric.overflow: true}
/// (opentelemetry.io/docs/specs/otel/metrics/sdk, "Overflow attribute").
std::string_view overflowText();

}  // namespace measures
