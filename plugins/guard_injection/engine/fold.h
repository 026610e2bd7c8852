// What a character stands for, whatever it is dressed up as: letters without their accents, look-alikes of
// other scripts, full-width and mathematical letters, characters that are not seen at all. Source: Unicode 15
// code charts; of the look-alikes of UTS #39 those with the shape of a Latin letter.
#pragma once

#include <cstdint>

namespace injection {

enum class Kind : uint8_t {
    Separator,  // blanks, punctuation, symbols, pictures
    Letter,     // of any script that writes words; digits too
    Ideograph,  // of scripts that write words without blanks: Han, kana
    Joiner,     // apostrophes: "don't" is one word
    Mark,       // combining marks: part of the letter before
    Invisible,  // zero width, soft hyphens, direction, variation selectors
    Tag,        // U+E0020 to U+E007E: ASCII that nobody sees
};

struct Folded {
    Kind kind = Kind::Separator;
    char ascii = 0;          // the lower-case letter or digit that it looks like; 0: none
    bool disguised = false;  // a look-alike and no accent: worth a suspicion
};

/// For code points from 0x80 on. [any]
Folded fold(uint32_t code_point);

/// The lower-case form of letters of Latin-1, Greek and Cyrillic; others as they are. [any]
uint32_t lower(uint32_t code_point);

}  // namespace injection
