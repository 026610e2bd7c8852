#include "store_common/event.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include <sluice/json.hpp>

#include "store_common/calendar.h"

namespace store_common {
namespace {

constexpr uint64_t kTokensMost = 1'000'000'000'000;
constexpr int64_t kCostMost = 1'000'000'000'000'000'000;
constexpr int64_t kLastMs = 253'402'300'799'999;  // 9999-12-31

int64_t bounded(uint64_t tokens) { return static_cast<int64_t>(std::min(tokens, kTokensMost)); }

// A host of an older release has fewer fields.
sluice_record whole(const sluice_record& given) {
    sluice_record record{};
    record.cost_pico_usd = -1;
    std::memcpy(&record, &given, std::min<size_t>(given.size, sizeof record));
    record.size = sizeof record;
    return record;
}

}  // namespace

std::string_view cut(std::string_view text, size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
    return text.substr(0, most);
}

namespace {

// RFC 9562 section 5.7: 48 bits of milliseconds lead.
std::optional<int64_t> timeIn(std::string_view uuid) {
    if (uuid.size() != 36 || uuid[8] != '-' || uuid[13] != '-' || uuid[14] != '7') return std::nullopt;
    const std::array<std::string_view, 2> parts{uuid.substr(0, 8), uuid.substr(9, 4)};
    int64_t ms = 0;
    for (const auto part : parts) {
        uint32_t value = 0;
        const auto [end, fault] = std::from_chars(part.data(), part.data() + part.size(), value, 16);
        if (fault != std::errc() || end != part.data() + part.size()) return std::nullopt;
        ms = ms << (4 * part.size()) | value;
    }
    return ms;
}

}  // namespace

// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv, folded. Two ids of one key cost a look at a row, nothing
// else.
CallKeys::CallKeys(std::string_view call_id) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (const char c : call_id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    hash_ = static_cast<int64_t>((hash ^ (hash >> 32)) & 0xFFFFFFFFu);
    const auto ms = timeIn(call_id);
    id_day_ = ms ? dayOf(*ms) : -1;
    day_ms_ = ms ? *ms % kDayMs : 0;
}

int64_t CallKeys::on(int64_t day) const {
    constexpr int kHashBits = 5;  // beside a time: a day has 2^27 milliseconds at most
    if (id_day_ != day) return callKeysFrom(day) | hash_;
    return callKeysFrom(day) | day_ms_ << kHashBits | (hash_ & ((1 << kHashBits) - 1));
}

std::vector<std::string> tagsFrom(std::string_view attributes_json) {
    std::vector<std::string> tags;
    if (attributes_json.find("\"tags\"") == std::string_view::npos) return tags;
    const std::string list = sluice::JsonObject(attributes_json).textOf("tags");
    if (!sluice::isJson(list)) return tags;
    sluice::JsonReader reader(list);
    if (!reader.take('[') || reader.take(']')) return tags;
    do {
        std::string tag;
        if (!reader.string(&tag)) {
            (void)reader.value();  // a number or an object is no tag
            continue;
        }
        tag = cut(tag, kNameBytesMax);
        if (!tag.empty() && std::find(tags.begin(), tags.end(), tag) == tags.end())
            tags.push_back(std::move(tag));
    } while (tags.size() < kTagsMax && reader.take(','));
    return tags;
}

Event eventFrom(const sluice_record& given, int64_t now_ms) {
    Event event;
    event.record = whole(given);
    sluice_record& record = event.record;
    if (record.start_ms <= 0 || record.start_ms > kLastMs) record.start_ms = now_ms;
    if (record.end_ms < record.start_ms || record.end_ms > kLastMs) record.end_ms = record.start_ms;
    if (record.first_token_ms < 0 || record.first_token_ms > kLastMs) record.first_token_ms = 0;
    event.day = dayOf(record.start_ms);
    event.month = monthOf(event.day);
    event.call_id = cut({record.call_id.ptr, record.call_id.len}, kNameBytesMax);
    const bool success = std::string_view(record.outcome.ptr, record.outcome.len) == "success";
    Sums& sums = event.sums;
    sums.requests = 1;
    (success ? sums.successes : sums.failures) = 1;
    sums.unpriced = record.cost_pico_usd < 0 ? 1 : 0;
    sums.prompt = bounded(record.prompt_tokens);
    sums.completion = bounded(record.completion_tokens);
    sums.cached = bounded(record.cached_tokens);
    sums.cache_write = bounded(record.cache_write_tokens);
    sums.reasoning = bounded(record.reasoning_tokens);
    sums.cost = std::clamp<int64_t>(record.cost_pico_usd, 0, kCostMost);
    std::string_view attributes(record.attributes.ptr, record.attributes.len);
    if (attributes.size() > kAttributesBytesMax) attributes = {};
    record.attributes = {attributes.data(), attributes.size()};
    event.tags = tagsFrom(attributes);
    return event;
}

}  // namespace store_common
