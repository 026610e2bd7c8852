#include "fold.h"

#include <algorithm>
#include <iterator>

namespace guard_content {

namespace {

struct Range {
    uint32_t first, last;
};

bool inRanges(const Range* begin, const Range* end, uint32_t c) {
    const auto* found =
        std::upper_bound(begin, end, c, [](uint32_t v, const Range& r) { return v < r.first; });
    return found != begin && c <= (found - 1)->last;
}

// Combining marks and default-ignorable code points that occur in texts.
constexpr Range kNothing[] = {
    {0x00AD, 0x00AD}, {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},   {0x05BF, 0x05BF},
    {0x05C1, 0x05C2}, {0x05C4, 0x05C5}, {0x05C7, 0x05C7}, {0x0610, 0x061A},   {0x061C, 0x061C},
    {0x0640, 0x0640}, {0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC},   {0x115F, 0x1160},
    {0x17B4, 0x17B5}, {0x180B, 0x180E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},   {0x200B, 0x200F},
    {0x202A, 0x202E}, {0x2060, 0x206F}, {0x20D0, 0x20FF}, {0x3164, 0x3164},   {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0x1D173, 0x1D17A}, {0xE0000, 0xE01EF},
};

constexpr Range kSeparators[] = {
    {0x0080, 0x00A9},   {0x00AB, 0x00AC}, {0x00AE, 0x00B4}, {0x00B6, 0x00B9}, {0x00BB, 0x00BF},
    {0x00D7, 0x00D7},   {0x00F7, 0x00F7}, {0x02C2, 0x02DF}, {0x037E, 0x037E}, {0x0387, 0x0387},
    {0x055A, 0x055F},   {0x0589, 0x058F}, {0x05BE, 0x05BE}, {0x05C0, 0x05C0}, {0x05C3, 0x05C3},
    {0x05F3, 0x05F4},   {0x0600, 0x060F}, {0x061B, 0x061F}, {0x066A, 0x066D}, {0x06D4, 0x06D4},
    {0x0964, 0x0965},   {0x0970, 0x0970}, {0x0E3F, 0x0E3F}, {0x0E4F, 0x0E4F}, {0x0E5A, 0x0E5B},
    {0x104A, 0x104F},   {0x10FB, 0x10FB}, {0x1360, 0x1368}, {0x1680, 0x1680}, {0x17D4, 0x17DB},
    {0x1800, 0x180A},   {0x2000, 0x200A}, {0x2010, 0x2029}, {0x202F, 0x205F}, {0x207A, 0x207E},
    {0x208A, 0x208E},   {0x20A0, 0x20CF}, {0x2100, 0x214F}, {0x2190, 0x245F}, {0x2500, 0x2BFF},
    {0x2E00, 0x2FFF},   {0x3000, 0x3004}, {0x3008, 0x3020}, {0x3030, 0x3030}, {0x303D, 0x303F},
    {0x30FB, 0x30FB},   {0x3200, 0x33FF}, {0xA830, 0xA83F}, {0xD800, 0xF8FF}, {0xFD3E, 0xFD3F},
    {0xFE10, 0xFE19},   {0xFE30, 0xFE6F}, {0xFF5F, 0xFF65}, {0xFFE0, 0xFFFF}, {0x1D000, 0x1D3FF},
    {0x1F000, 0x1FAFF},
};

constexpr Range kAlone[] = {
    {0x0E01, 0x0E3A}, {0x0E40, 0x0E4E}, {0x0E80, 0x0EFF}, {0x1000, 0x1049},   {0x1100, 0x115E},
    {0x1161, 0x11FF}, {0x1780, 0x17B3}, {0x17B6, 0x17D3}, {0x3005, 0x3007},   {0x3021, 0x302F},
    {0x3041, 0x30FA}, {0x30FC, 0x318F}, {0x31F0, 0x31FF}, {0x3400, 0x9FFF},   {0xAC00, 0xD7AF},
    {0xF900, 0xFAFF}, {0xFF66, 0xFF9F}, {0xFFA1, 0xFFDC}, {0x20000, 0x3FFFF},
};

// The base letters of U+00C0 to U+017F; '*' is one of two letters, see twoLetters().
constexpr std::string_view kLatin =
    "aaaaaa*ceeeeiiiidnooooo ouuuuy**aaaaaa*ceeeeiiiidnooooo ouuuuy*y"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii**jjkkkllllllllll"
    "nnnnnnnnnoooooo**rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kLatin.size() == 0x180 - 0xC0);

// U+1E00 to U+1E99 and U+1EA0 to U+1EF9 as runs of one letter.
struct Run {
    char letter;
    uint8_t count;
};
constexpr Run kLatinAdditional[] = {
    {'a', 2},  {'b', 6}, {'c', 2}, {'d', 10}, {'e', 10}, {'f', 2}, {'g', 2},  {'h', 10}, {'i', 4},  {'k', 6},
    {'l', 8},  {'m', 6}, {'n', 8}, {'o', 8},  {'p', 4},  {'r', 8}, {'s', 10}, {'t', 8},  {'u', 10}, {'v', 4},
    {'w', 10}, {'x', 4}, {'y', 2}, {'z', 6},  {'h', 1},  {'t', 1}, {'w', 1},  {'y', 1},
};
constexpr Run kVietnamese[] = {{'a', 24}, {'e', 16}, {'i', 4}, {'o', 24}, {'u', 14}, {'y', 8}};

template <size_t N>
char letterOfRun(const Run (&runs)[N], uint32_t index) {
    for (const Run& run : runs) {
        if (index < run.count) return run.letter;
        index -= run.count;
    }
    return 0;
}

std::string_view twoLetters(uint32_t c) {
    switch (c) {
        case 0xC6:
        case 0xE6:
            return "ae";
        case 0xDE:
        case 0xFE:
            return "th";
        case 0xDF:
        case 0x1E9E:
            return "ss";
        case 0x132:
        case 0x133:
            return "ij";
        case 0x152:
        case 0x153:
            return "oe";
        case 0xFB00:
            return "ff";
        case 0xFB01:
            return "fi";
        case 0xFB02:
            return "fl";
        case 0xFB05:
        case 0xFB06:
            return "st";
        default:
            return {};
    }
}

char latinLetter(uint32_t c) {
    if (c < 0x180) return kLatin[c - 0xC0];
    if (c >= 0x1E00 && c < 0x1E9A) return letterOfRun(kLatinAdditional, c - 0x1E00);
    if (c >= 0x1EA0 && c < 0x1EFA) return letterOfRun(kVietnamese, c - 0x1EA0);
    if (c >= 0x1CD && c <= 0x1DC) return "aaiioouuuuuuuuuu"[c - 0x1CD];
    if (c >= 0x218 && c <= 0x21B) return "sstt"[c - 0x218];
    if (c == 0x1A0 || c == 0x1A1) return 'o';
    if (c == 0x1AF || c == 0x1B0) return 'u';
    if (c == 0x18F || c == 0x259) return 'e';
    if (c == 0x131) return 'i';
    return 0;
}

// Letters and digits that are ASCII in another dress: full width, circled, mathematical.
char asciiInDisguise(uint32_t c) {
    if (c >= 0xFF01 && c <= 0xFF5E) return static_cast<char>(c - 0xFEE0);
    if (c >= 0x24B6 && c <= 0x24E9) return static_cast<char>('a' + (c - 0x24B6) % 26);
    if (c >= 0x1D400 && c <= 0x1D6A3) return static_cast<char>('a' + (c - 0x1D400) % 26);
    if (c >= 0x1D7CE && c <= 0x1D7FF) return static_cast<char>('0' + (c - 0x1D7CE) % 10);
    if (c >= 0x1F130 && c <= 0x1F149) return static_cast<char>('a' + (c - 0x1F130));
    if (c >= 0x1F170 && c <= 0x1F189) return static_cast<char>('a' + (c - 0x1F170));
    return 0;
}

uint32_t lowerGreek(uint32_t c) {
    if (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) return c + 32;
    constexpr std::pair<uint32_t, uint32_t> kPlain[] = {
        {0x386, 0x3B1}, {0x388, 0x3B5}, {0x389, 0x3B7}, {0x38A, 0x3B9}, {0x38C, 0x3BF}, {0x38E, 0x3C5},
        {0x38F, 0x3C9}, {0x390, 0x3B9}, {0x3AA, 0x3B9}, {0x3AB, 0x3C5}, {0x3AC, 0x3B1}, {0x3AD, 0x3B5},
        {0x3AE, 0x3B7}, {0x3AF, 0x3B9}, {0x3A2, 0x3C3}, {0x3B0, 0x3C5}, {0x3C2, 0x3C3}, {0x3CA, 0x3B9},
        {0x3CB, 0x3C5}, {0x3CC, 0x3BF}, {0x3CD, 0x3C5}, {0x3CE, 0x3C9},
    };
    for (const auto& [from, to] : kPlain)
        if (from == c) return to;
    return c;
}

uint32_t lowerCyrillic(uint32_t c) {
    if (c >= 0x410 && c <= 0x42F) c += 32;
    if (c >= 0x400 && c <= 0x40F) c += 80;
    if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F)) c |= 1;
    return c == 0x451 || c == 0x450 ? 0x435 : c;  // the dots are often left out
}

char lookalike(uint32_t c) {
    constexpr std::pair<uint32_t, char> kLetters[] = {
        {0x3B1, 'a'}, {0x3B9, 'i'}, {0x3BA, 'k'}, {0x3BF, 'o'}, {0x3C1, 'p'}, {0x3C4, 't'}, {0x3C7, 'x'},
        {0x430, 'a'}, {0x435, 'e'}, {0x43E, 'o'}, {0x440, 'p'}, {0x441, 'c'}, {0x443, 'y'}, {0x445, 'x'},
        {0x455, 's'}, {0x456, 'i'}, {0x458, 'j'}, {0x4BB, 'h'}, {0x501, 'd'}, {0x51B, 'q'}, {0x51D, 'w'},
    };
    for (const auto& [from, to] : kLetters)
        if (from == c) return to;
    return 0;
}

void set(FoldedChar& out, std::string_view letters) {
    out.folded_size = static_cast<uint8_t>(letters.size());
    std::copy(letters.begin(), letters.end(), out.folded);
}

void setCodePoint(FoldedChar& out, uint32_t c) {
    size_t n = 0;
    if (c < 0x80) {
        out.folded[n++] = static_cast<char>(c);
    } else if (c < 0x800) {
        out.folded[n++] = static_cast<char>(0xC0 | (c >> 6));
    } else if (c < 0x10000) {
        out.folded[n++] = static_cast<char>(0xE0 | (c >> 12));
        out.folded[n++] = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    } else {
        out.folded[n++] = static_cast<char>(0xF0 | (c >> 18));
        out.folded[n++] = static_cast<char>(0x80 | ((c >> 12) & 0x3F));
        out.folded[n++] = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    }
    if (c >= 0x80) out.folded[n++] = static_cast<char>(0x80 | (c & 0x3F));
    out.folded_size = static_cast<uint8_t>(n);
}

void setWord(FoldedChar& out, uint32_t c) {
    out.kind = CharKind::Word;
    if (const auto two = twoLetters(c); !two.empty()) return set(out, two);
    if (c < 0x250 || (c >= 0x1E00 && c < 0x1F00)) {
        const char letter = c >= 0xC0 ? latinLetter(c) : 0;
        if (letter) return set(out, {&letter, 1});
    }
    if (c >= 0x370 && c < 0x400) c = lowerGreek(c);
    if (c >= 0x400 && c < 0x530) c = lowerCyrillic(c);
    if (c >= 0x531 && c <= 0x556) c += 48;  // Armenian
    if (const char letter = lookalike(c)) return set(out, {&letter, 1});
    setCodePoint(out, c);
}

}  // namespace

CodePoint codePointAt(std::string_view text, size_t at) {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const uint32_t first = byte(0);
    if (first < 0x80) return {first, 1};
    const uint8_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() - at < size) return {};
    uint32_t value = first & (0x7Fu >> size);
    for (size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {};
        value = value << 6 | (byte(i) & 0x3Fu);
    }
    const bool too_long = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    const bool no_character = (value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF;
    return too_long || no_character ? CodePoint{} : CodePoint{value, size};
}

FoldedChar foldChar(std::string_view text, size_t at) {
    FoldedChar out;
    const CodePoint point = codePointAt(text, at);
    if (point.length == 0) return out;
    out.length = point.length;
    uint32_t c = point.value;
    if (const char plain = c < 0x80 ? static_cast<char>(c) : asciiInDisguise(c)) {
        const auto folded = static_cast<char>(kAsciiFold[static_cast<unsigned char>(plain)]);
        if (folded) {
            out.kind = CharKind::Word;
            set(out, {&folded, 1});
        }
        return out;
    }
    if (inRanges(std::begin(kNothing), std::end(kNothing), c)) {
        out.kind = CharKind::Nothing;
    } else if (inRanges(std::begin(kAlone), std::end(kAlone), c)) {
        out.kind = CharKind::Alone;
        setCodePoint(out, c);
    } else if (c >= 0xA0 && !inRanges(std::begin(kSeparators), std::end(kSeparators), c)) {
        setWord(out, c);
    }
    return out;
}

char leetLetter(char c) {
    switch (c) {
        case '0':
            return 'o';
        case '1':
        case '!':
        case '|':
            return 'i';
        case '3':
            return 'e';
        case '4':
        case '@':
            return 'a';
        case '5':
        case '$':
            return 's';
        case '7':
        case '+':
            return 't';
        case '8':
            return 'b';
        default:
            return 0;
    }
}

std::string foldedText(std::string_view text) {
    std::string out;
    bool word = false;
    for (size_t i = 0; i < text.size();) {
        const FoldedChar c = foldChar(text, i);
        i += c.length;
        if (c.kind == CharKind::Nothing) continue;
        const bool starts = c.kind == CharKind::Alone || (c.kind == CharKind::Word && !word);
        if (starts && !out.empty()) out += ' ';
        out.append(c.folded, c.folded_size);
        word = c.kind == CharKind::Word;
    }
    return out;
}

}  // namespace guard_content
