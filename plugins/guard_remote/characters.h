// Services count in code points, texts here are bytes of UTF-8.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "judgement.h"

namespace guard_remote {

/// Code points; of bytes that are no UTF-8: those that begin one.
size_t characters(std::string_view text);

/// Where the character at or before byte `at` begins.
size_t characterBegin(std::string_view text, size_t at);

/// Bytes of the first `count` characters; all if there are fewer.
size_t firstCharacters(std::string_view text, size_t count);

/// Nothing but white space: there is nothing to judge, and some services refuse it.
bool blank(std::string_view text);

/// Turns positions in code points into bytes. Made once for a text, asked in any order; linear in the text
/// and in the number of questions.
class CharacterIndex {
public:
    explicit CharacterIndex(std::string_view text) : text_(text) {}
    /// Nothing if the text has fewer characters.
    std::optional<size_t> byteOf(size_t character) const;

private:
    static constexpr size_t kStride = 256;  // characters between two known places

    std::optional<size_t> fromNearest(size_t character) const;

    std::string_view text_;
    mutable std::vector<size_t> known_{0};  // byte of character i * kStride
    mutable bool whole_ = false;            // no further places
};

/// Ascending and without overlap: where two overlap the surer one counts, of equally sure ones the longer,
/// and of the other one stays what sticks out, so that every byte that was found is covered. Empty ones go.
void settle(std::vector<Found>& found);

/// The text with `by` in the place of each.
std::string masked(std::string_view text, const std::vector<Found>& found);

}  // namespace guard_remote
