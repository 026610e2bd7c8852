// Lists of texts to be embedded, text by text: each vector is kept by itself, so that a list of texts that
// have all been embedded before, in whichever requests, is answered without asking anybody. A list with one
// that has not been goes upstream whole: a plugin cannot shorten a request once others have seen it, nor
// lengthen its answer. platform.openai.com/docs/api-reference/embeddings
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "request_key.h"

namespace cache {

/// More in one request are not looked at one by one.
inline constexpr size_t kItemsMax = 256;

/// What is kept of one vector.
struct ItemEntry {
    std::string bytes;
    uint64_t prompt_tokens = 0;
    int64_t cost_pico_usd = -1;
};

/// The vectors of an answer, in the order of the request. What it used is shared among them by the length of
/// their texts: together they have used what the answer has. Nothing if it is no such answer to that many.
std::optional<std::vector<ItemEntry>> itemsOf(std::string_view answer, const std::vector<Item>& items,
                                              uint64_t prompt_tokens, int64_t cost_pico_usd);

/// An answer of these. Nothing if one of them is not what itemsOf() made, or they are of different models.
std::optional<std::string> answerOf(const std::vector<std::string_view>& entries, uint64_t prompt_tokens);

}  // namespace cache
