// A completion record as the store keeps it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/sluice.h>

#include "store_common/sums.h"

namespace store_common {

/// Texts are the record's: they live as long as it does.
struct Event {
    sluice_record record{};  // every field there, whatever the host's release
    int64_t day = 0;         // of the start
    int64_t month = 0;
    std::string_view call_id;
    Sums sums;
    std::vector<std::string> tags;  // each once
};

constexpr size_t kTextBytesMax = 4'096;  // of a text of a row; what is longer is cut, between characters
constexpr size_t kNameBytesMax = 512;    // of what is a dimension
constexpr size_t kAttributesBytesMax = 65'536;  // more is left out
constexpr size_t kTagsMax = 64;                 // of an event

constexpr int64_t kStream = 1;  // bits of the column flags
constexpr int64_t kUsageKnown = 2;
constexpr int64_t kUsageEstimated = 4;
constexpr int64_t kCacheHit = 8;

/// `now_ms` stands in for a start that is no moment between 1970 and 9999. Numbers that no request has (more
/// than 1e12 tokens, more than 1e18 pico-USD, which is 1e6 USD) are cut there, so that sums never overflow.
Event eventFrom(const sluice_record& record, int64_t now_ms);

/// At most `most` bytes, and no half of a character at the end.
std::string_view cut(std::string_view text, size_t most);

/// By what a call is found in its month: the day and 32 bits of its id, the time of the day where the id has
/// it (UUIDs of version 7, the gateway's own), a hash otherwise. So the calls of a batch lie close together
/// in the index: a page for many of them is written, and not one for each. The same in every process.
class CallKeys {
public:
    /// Goes through the id, for all days.
    explicit CallKeys(std::string_view call_id);
    int64_t on(int64_t day) const;
    /// 32 bits of the whole id: with the key they tell calls of the same millisecond apart, nearly always.
    int64_t mark() const { return hash_; }

private:
    int64_t hash_;    // 32 bits
    int64_t day_ms_;  // since midnight of id_day_
    int64_t id_day_;  // -1: the id has no time
};
inline int64_t callKey(int64_t day, std::string_view call_id) { return CallKeys(call_id).on(day); }
/// The least key that a call of that day may have.
constexpr int64_t callKeysFrom(int64_t day) { return day * (int64_t{1} << 32); }

/// The texts of a JSON list, each once, as "tags" of a record's attributes has them; none for anything else.
std::vector<std::string> tagsFrom(std::string_view attributes_json);

}  // namespace store_common
