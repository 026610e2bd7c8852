#include "exemplars.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "exporters/hmac.h"

namespace callback_prometheus {
namespace {

constexpr int64_t kFreshMs = 1'000;
constexpr size_t kTraceDigits = 32;

uint64_t hashOf(std::string_view histogram, Exemplars::Values values) {
    uint64_t hash = 14695981039346656037u;  // FNV-1a
    const auto add = [&](std::string_view text) {
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
        hash = (hash ^ 0xFF) * 1099511628211u;
    };
    add(histogram);
    for (const auto value : values) add(value);
    return hash;
}

// As the gateway writes it.
std::string textOf(std::string_view histogram, Exemplars::Labels names, Exemplars::Values values) {
    std::string text = std::string(histogram) + "_bucket{";
    auto value = values.begin();
    for (const auto name : names) {
        text.append(name).append("=\"");
        for (const char c : *value++) {
            if (c == '\n') {
                text += "\\n";
                continue;
            }
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
        text += "\",";
    }
    return text;
}

// What the caller or the gateway has named, if the record has it; otherwise the record's id, of which the
// exporters make one.
std::string_view traceOf(const sluice_record& record) {
    const auto attributes = sluice::view(record.attributes);
    for (const std::string_view name : {"\"otel.span\":\"", "\"otel.traceparent\":\""}) {
        const size_t at = attributes.find(name);
        if (at == std::string_view::npos) continue;
        const auto digits = attributes.substr(at + name.size()).substr(3, kTraceDigits);
        const bool fine = std::all_of(digits.begin(), digits.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        });
        if (fine && digits.size() == kTraceDigits) return digits;
    }
    return sluice::view(record.record_id);
}

std::string number(double value) {
    std::array<char, 32> digits{};
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

}  // namespace

void Exemplars::note(std::string_view histogram, Labels names, Values values, double value,
                     const sluice_record& record) {
    const uint64_t hash = hashOf(histogram, values);
    const int power = value > 0.001 ? static_cast<int>(std::ceil(std::log2(value * 1000))) : 0;
    const size_t alike = std::min(static_cast<size_t>(power), kAlikes - 1);
    const std::lock_guard lock(mutex_);
    auto found = by_hash_.find(hash);
    if (found == by_hash_.end()) {
        if (by_hash_.size() >= kSeriesMax) return;
        found = by_hash_.try_emplace(hash).first;
        found->second.text = textOf(histogram, names, values);
        by_text_[found->second.text] = &found->second;
    }
    Exemplar& one = found->second.alike[alike];
    if (one.at_ms != 0 && record.end_ms - one.at_ms < kFreshMs) return;
    one.value = value;
    one.at_ms = record.end_ms;
    one.trace = traceOf(record);
}

std::string Exemplars::of(std::string_view series, double above, double upto) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_text_.find(series);
    if (found == by_text_.end()) return {};
    const Exemplar* newest = nullptr;
    for (const auto& one : found->second->alike) {
        const bool fits = one.at_ms != 0 && one.value > above && one.value <= upto;
        if (fits && (!newest || one.at_ms > newest->at_ms)) newest = &one;
    }
    if (!newest) return {};
    const std::string trace = newest->trace.size() == kTraceDigits
                                  ? newest->trace
                                  : exporters::hexOf(exporters::sha256(newest->trace).substr(0, 16));
    return " # {trace_id=\"" + trace + "\"} " + number(newest->value) + " " +
           number(static_cast<double>(newest->at_ms) / 1000.0);
}

}  // namespace callback_prometheus
