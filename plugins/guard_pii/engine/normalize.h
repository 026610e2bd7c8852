// Digits, spaces and hyphens of other alphabets as ASCII, characters without width taken out: so that
// "４１１１ １１１１…" and "078<zero width>05…" are seen as what a reader sees.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pii {

/// Is there anything to do? Most texts have nothing. One pass. [any]
bool wantsNormalising(std::string_view text);

/// A text in which each byte knows where it came from.
struct Normalised {
    std::string text;
    std::vector<uint32_t> from;   // for each byte of text, and one behind the last: its place in the original
    std::vector<uint32_t> until;  // for each byte of text: where the original character ended
};

/// What becomes of a character depends on it and its two neighbours alone. Texts of up to 4 GB. [any]
Normalised normalise(std::string_view text);

}  // namespace pii
