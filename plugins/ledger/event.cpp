#include "event.h"

#include <array>
#include <bit>
#include <cstring>

namespace ledger {
namespace {

static_assert(std::endian::native == std::endian::little, "the spool's numbers are written as they are");

// Never reorder, never take away: append.
constexpr std::array kTexts{
    &sluice_record::call_id,     &sluice_record::outcome,       &sluice_record::route,
    &sluice_record::model,       &sluice_record::call_type,     &sluice_record::key_id,
    &sluice_record::key_alias,   &sluice_record::tenant,        &sluice_record::user,
    &sluice_record::team,        &sluice_record::organization,  &sluice_record::end_user,
    &sluice_record::model_group, &sluice_record::deployment_id, &sluice_record::upstream_model,
    &sluice_record::provider,    &sluice_record::api_base,      &sluice_record::error,
    &sluice_record::error_class, &sluice_record::client,        &sluice_record::user_agent,
    &sluice_record::attributes,  &sluice_record::record_id,
};
constexpr size_t kAttributes = 21;
static_assert(kTexts[kAttributes] == &sluice_record::attributes);

struct Numbers {
    int64_t start_ms = 0, end_ms = 0, first_token_ms = 0;
    int64_t cost_pico_usd = -1;
    uint64_t prompt_tokens = 0, completion_tokens = 0;
    uint64_t cached_tokens = 0, cache_write_tokens = 0, reasoning_tokens = 0;
    uint32_t http_status = 0, attempts = 0;
    uint32_t flags = 0;
    uint32_t reserved = 0;
};
static_assert(sizeof(Numbers) == 88, "it is written as it is: no holes");

constexpr uint32_t kStream = 1;
constexpr uint32_t kUsageKnown = 2;
constexpr uint32_t kUsageEstimated = 4;
constexpr uint32_t kCacheHit = 8;

Numbers numbersOf(const sluice_record& r) {
    const uint32_t flags = (r.stream != 0 ? kStream : 0) | (r.usage_known != 0 ? kUsageKnown : 0) |
                           (r.usage_estimated != 0 ? kUsageEstimated : 0) |
                           (r.cache_hit != 0 ? kCacheHit : 0);
    return {r.start_ms,
            r.end_ms,
            r.first_token_ms,
            r.cost_pico_usd,
            r.prompt_tokens,
            r.completion_tokens,
            r.cached_tokens,
            r.cache_write_tokens,
            r.reasoning_tokens,
            r.http_status,
            r.attempts,
            flags,
            0};
}

void put(const Numbers& n, sluice_record& r) {
    r.start_ms = n.start_ms;
    r.end_ms = n.end_ms;
    r.first_token_ms = n.first_token_ms;
    r.cost_pico_usd = n.cost_pico_usd;
    r.prompt_tokens = n.prompt_tokens;
    r.completion_tokens = n.completion_tokens;
    r.cached_tokens = n.cached_tokens;
    r.cache_write_tokens = n.cache_write_tokens;
    r.reasoning_tokens = n.reasoning_tokens;
    r.http_status = n.http_status;
    r.attempts = n.attempts;
    r.stream = (n.flags & kStream) != 0 ? 1 : 0;
    r.usage_known = (n.flags & kUsageKnown) != 0 ? 1 : 0;
    r.usage_estimated = (n.flags & kUsageEstimated) != 0 ? 1 : 0;
    r.cache_hit = (n.flags & kCacheHit) != 0 ? 1 : 0;
}

size_t cut(const sluice_str& text) {
    if (text.len <= kTextBytesMax) return text.len;
    size_t most = kTextBytesMax;
    while (most > 0 && (static_cast<unsigned char>(text.ptr[most]) & 0xC0) == 0x80) --most;
    return most;
}

// Takes numbers off the front of some bytes.
class Cursor {
public:
    explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

    template <class Number>
    bool take(Number& out) {
        if (bytes_.size() < sizeof out) return false;
        std::memcpy(&out, bytes_.data(), sizeof out);
        bytes_.remove_prefix(sizeof out);
        return true;
    }
    bool take(size_t size, std::string_view& out) {
        if (bytes_.size() < size) return false;
        out = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return true;
    }

private:
    std::string_view bytes_;
};

template <class Number>
char* write(char* at, Number number) {
    std::memcpy(at, &number, sizeof number);
    return at + sizeof number;
}

}  // namespace

sluice_record wholeRecord(const sluice_record& given) {
    sluice_record record{};
    record.cost_pico_usd = -1;
    std::memcpy(&record, &given, given.size < sizeof record ? given.size : sizeof record);
    record.size = sizeof record;
    record.json = {};
    return record;
}

void encode(const sluice_record& record, std::string& out) {
    std::array<uint32_t, kTexts.size()> lengths;
    size_t bytes = sizeof(uint16_t) + sizeof(Numbers) + sizeof(uint16_t) + sizeof lengths;
    for (size_t i = 0; i < kTexts.size(); ++i) {
        const sluice_str& text = record.*kTexts[i];
        if (i == kAttributes) {
            lengths[i] = text.len > kAttributesBytesMax ? 0 : static_cast<uint32_t>(text.len);
        } else {
            lengths[i] = static_cast<uint32_t>(cut(text));
        }
        bytes += lengths[i];
    }
    const size_t begin = out.size();
    out.resize(begin + bytes);
    char* at = write(out.data() + begin, static_cast<uint16_t>(sizeof(Numbers)));
    at = write(at, numbersOf(record));
    at = write(at, static_cast<uint16_t>(kTexts.size()));
    at = write(at, lengths);
    for (size_t i = 0; i < kTexts.size(); ++i) {
        if (lengths[i] > 0) std::memcpy(at, (record.*kTexts[i]).ptr, lengths[i]);
        at += lengths[i];
    }
}

bool decode(std::string_view event, sluice_record& out) {
    out = sluice_record{};
    out.size = sizeof out;
    Cursor cursor(event);
    uint16_t number_bytes = 0;
    std::string_view number_text;
    if (!cursor.take(number_bytes) || !cursor.take(number_bytes, number_text)) return false;
    Numbers numbers;
    std::memcpy(&numbers, number_text.data(), std::min<size_t>(number_text.size(), sizeof numbers));
    put(numbers, out);
    uint16_t texts = 0;
    std::string_view lengths;
    if (!cursor.take(texts) || !cursor.take(texts * sizeof(uint32_t), lengths)) return false;
    Cursor sizes(lengths);
    for (size_t i = 0; i < texts; ++i) {
        uint32_t size = 0;
        std::string_view text;
        if (!sizes.take(size) || !cursor.take(size, text)) return false;
        if (i < kTexts.size()) out.*kTexts[i] = {text.data(), text.size()};
    }
    return true;
}

}  // namespace ledger
