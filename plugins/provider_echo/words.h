// Text cut into words. A word is what whitespace separates; it is also this provider's token.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace provider_echo {

uint64_t countWords(std::string_view text);

/// The text in order, one word with the whitespace before it a piece; joined they are the text. Borrowed from
/// `text`.
std::vector<std::string_view> pieces(std::string_view text);

/// The same in pieces of a few bytes, never inside a UTF-8 character: for text that has no words, such as
/// arguments.
std::vector<std::string_view> fragments(std::string_view text);

/// At most `count` words of it.
std::string firstWords(std::string_view text, uint64_t count);

/// Exactly `count` words: the text over and over. Empty if it has none.
std::string repeatedTo(std::string_view text, uint64_t count);

}  // namespace provider_echo
