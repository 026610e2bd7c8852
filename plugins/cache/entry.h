// An answer as it is kept: the provider's bytes, and what they were.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cache {

struct Entry {
    int64_t stored_ms = 0;  // since the Unix epoch
    uint32_t status = 200;
    bool stream = false;
    uint64_t prompt_tokens = 0, completion_tokens = 0;
    int64_t cost_pico_usd = -1;
    std::string_view content_type, body;  // of the text that this was read from
};

std::string encode(const Entry& entry);
/// Nothing if it is not what encode() has made: of another version, cut, or another's.
std::optional<Entry> decode(std::string_view bytes);

}  // namespace cache
