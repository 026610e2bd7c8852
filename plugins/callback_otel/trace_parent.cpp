#include "trace_parent.h"

#include <stdexcept>

#include "exporters/hmac.h"

namespace callback_otel {
namespace {

constexpr size_t kSize = 55;  // version "-" trace-id "-" parent-id "-" flags; later versions may add to it

// -1: it is no lower-case hexadecimal digit.
int digitOf(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Empty if it is not that many bytes in digits, or if all of them are zero, which the specification forbids.
std::string bytesOf(std::string_view digits) {
    std::string bytes;
    bool any = false;
    for (size_t i = 0; i + 1 < digits.size(); i += 2) {
        const int high = digitOf(digits[i]);
        const int low = digitOf(digits[i + 1]);
        if (high < 0 || low < 0) return {};
        any |= high + low > 0;
        bytes += static_cast<char>(high * 16 + low);
    }
    return any ? bytes : std::string();
}

}  // namespace

std::optional<Parent> parentOf(std::string_view field) {
    if (field.size() < kSize || field[2] != '-' || field[35] != '-' || field[52] != '-') return std::nullopt;
    if (field.substr(0, 2) == "ff" || digitOf(field[0]) < 0 || digitOf(field[1]) < 0) return std::nullopt;
    if (field.size() > kSize && (field.substr(0, 2) == "00" || field[kSize] != '-')) return std::nullopt;
    if (digitOf(field[53]) < 0 || digitOf(field[54]) < 0) return std::nullopt;
    Parent parent{bytesOf(field.substr(3, 32)), bytesOf(field.substr(36, 16)), digitOf(field[54]) % 2 == 1};
    if (parent.trace_id.empty() || parent.span_id.empty()) return std::nullopt;
    return parent;
}

std::string fieldOf(const Parent& parent) {
    return "00-" + exporters::hexOf(parent.trace_id) + "-" + exporters::hexOf(parent.span_id) +
           (parent.sampled ? "-01" : "-00");
}

bool Sampler::keeps(std::string_view trace_id, const Parent* parent) const {
    if (parent && parent_based) return parent->sampled;
    if (ratio >= 1 || trace_id.size() < 16) return ratio > 0;
    // The lower 63 bits, as OpenTelemetry's TraceIdRatioBased takes them.
    uint64_t low = 0;
    for (size_t i = 8; i < 16; ++i) low = low << 8 | static_cast<unsigned char>(trace_id[i]);
    return static_cast<double>(low >> 1) < ratio * 9223372036854775808.0;
}

Sampler samplerOf(std::string_view name, double ratio) {
    if (name == "always_on") return {false, 1};
    if (name == "always_off") return {false, 0};
    if (name == "traceidratio") return {false, ratio};
    if (name == "parentbased_always_on") return {true, 1};
    if (name == "parentbased_always_off") return {true, 0};
    if (name == "parentbased_traceidratio") return {true, ratio};
    throw std::invalid_argument("there is no such sampler");
}

}  // namespace callback_otel
