// How long something may be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace guard_content {

/// Roughly the tokens of a text: four letters of a European language, one character of Chinese, three digits,
/// or a sign are one. Within a fourth of cl100k for prose; code has more signs. [any]
size_t roughTokens(std::string_view text);

/// The same for a text that comes in pieces, each of whole characters: the sum does not depend on the pieces.
class TokenCounter {
public:
    void add(std::string_view text);
    size_t total() const { return tokens_ + (letters_ + 5) / 6 + (digits_ + 2) / 3; }

private:
    void flush();
    size_t tokens_ = 0, letters_ = 0, digits_ = 0;  // of the word or number that it is in
};

/// Code points; a byte that is no UTF-8 is one.
size_t characters(std::string_view text);

/// 0: no limit.
struct SizeLimits {
    uint64_t max_bytes = 0;
    uint64_t max_characters = 0;
    uint64_t max_tokens = 0;
    uint64_t max_messages = 0;

    bool any() const { return max_bytes + max_characters + max_tokens + max_messages > 0; }
};

/// What several texts come to.
struct Sizes {
    uint64_t bytes = 0, characters = 0, messages = 0;
    TokenCounter tokens;

    /// Counts only what `limits` asks for. Pieces of one text may come one by one.
    void add(std::string_view text, const SizeLimits& limits);
};

/// "too long: 12000 bytes; allowed: 10000"; empty if all is within the limits.
std::string excess(const Sizes& sizes, const SizeLimits& limits);

}  // namespace guard_content
