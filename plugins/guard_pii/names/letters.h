// Letters of the scripts that have capitals (Latin, Greek, Cyrillic) without case and accents; everything
// else is either a letter without case or no letter. Source: Unicode 15, UnicodeData.txt (case and
// decomposition).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pii::names {

enum class Kind : uint8_t { Gap, Lower, Upper, Uncased };

/// What stands at a place of a text.
struct Letter {
    uint32_t
        folded;     // the code point without case and accent: 'e' for U+00C9; as it is where there is no case
    uint8_t bytes;  // 1 to 4; 1 where the text is no UTF-8
    Kind kind;
};

/// The character at `at`, which begins with a byte of 0x80 or more. What is no UTF-8 is a gap of one byte.
Letter letterAt(std::string_view text, size_t at);

/// Writes the folded form of `word` (UTF-8, at most `size` bytes, cut there) and returns its length in bytes.
size_t fold(std::string_view word, char* out, size_t size);

}  // namespace pii::names
