#include "letters.h"

namespace pii::names {
namespace {

// One character for each code point from the first on: its base letter, a capital for a capital; '.' is
// uncased.
constexpr std::string_view kLatin =  // from U+00C0
    "AAAAAAACEEEEIIIIDNOOOOO.OUUUUYTsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL"
    "lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"
    "...............E................Oo.............Uu..............."
    ".............AaIiOoUuUuUuUuUu.AaAa....GgKkOoOo..j...Gg..NnAa...."
    "AaAaEeEeIiIiOoOoRrRrUuUuSsTt..Hh......AaEeOoOoOoOoYy............"
    "................";
constexpr std::string_view kLatinAdditional =  // from U+1E00: Vietnamese and others
    "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMm"
    "MmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVv"
    "WwWwWwWwWwXxXxYyZzZzZzhtwy....S.AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEe"
    "EeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy......";
static_assert(kLatin.size() == 0x250 - 0xC0 && kLatinAdditional.size() == 0x100);

constexpr uint32_t kSchwa = 0x259;       // Azerbaijani: folded to 'e'
constexpr uint32_t kIncrement = 0x2206;  // often stands for a delta
constexpr uint32_t kDelta = 0x3B4;
constexpr uint32_t kQuoteSingle = 0x2019;

Letter fromTable(char base, uint32_t point, uint8_t bytes) {
    if (base == '.') return {point, bytes, point == 0xD7 || point == 0xF7 ? Kind::Gap : Kind::Uncased};
    bool upper = base >= 'A' && base <= 'Z';
    return {static_cast<uint32_t>(base | 0x20), bytes, upper ? Kind::Upper : Kind::Lower};
}

Letter greek(uint32_t point, uint8_t bytes) {
    struct Accented {
        uint32_t upper, lower, base;
    };
    static constexpr Accented kAccented[] = {
        {0x386, 0x3AC, 0x3B1}, {0x388, 0x3AD, 0x3B5}, {0x389, 0x3AE, 0x3B7}, {0x38A, 0x3AF, 0x3B9},
        {0x38C, 0x3CC, 0x3BF}, {0x38E, 0x3CD, 0x3C5}, {0x38F, 0x3CE, 0x3C9}, {0x3AA, 0x3CA, 0x3B9},
        {0x3AB, 0x3CB, 0x3C5}, {0, 0x390, 0x3B9},     {0, 0x3B0, 0x3C5},     {0, 0x3C2, 0x3C3}};
    for (const Accented& letter : kAccented) {
        if (point == letter.upper) return {letter.base, bytes, Kind::Upper};
        if (point == letter.lower) return {letter.base, bytes, Kind::Lower};
    }
    if (point >= 0x391 && point <= 0x3A9) return {point + 0x20, bytes, Kind::Upper};
    if (point >= 0x3B1 && point <= 0x3C9) return {point, bytes, Kind::Lower};
    return {point, bytes, Kind::Uncased};
}

uint32_t cyrillicBase(uint32_t lower) {
    if (lower == 0x451 || lower == 0x450) return 0x435;  // with dots or grave: e
    if (lower == 0x439 || lower == 0x45D) return 0x438;  // short i
    if (lower == 0x457) return 0x456;
    return lower;
}

Letter cyrillic(uint32_t point, uint8_t bytes) {
    if (point < 0x410) return {cyrillicBase(point + 0x50), bytes, Kind::Upper};
    if (point < 0x430) return {cyrillicBase(point + 0x20), bytes, Kind::Upper};
    if (point < 0x460) return {cyrillicBase(point), bytes, Kind::Lower};
    if (point >= 0x48A) return {point | 1, bytes, point & 1 ? Kind::Lower : Kind::Upper};
    return {point, bytes, Kind::Uncased};
}

Letter classify(uint32_t point, uint8_t bytes) {
    if (point == 0xAA || point == 0xBA || point == 0xB5) return {point, bytes, Kind::Uncased};
    if (point < 0xC0) return {point, bytes, Kind::Gap};
    if (point == kSchwa || point == 0x18F) return {'e', bytes, point == kSchwa ? Kind::Lower : Kind::Upper};
    if (point < 0x250) return fromTable(kLatin[point - 0xC0], point, bytes);
    if (point >= 0x300 && point < 0x370)
        return {0, bytes, Kind::Uncased};  // combining accents fold to nothing
    if (point >= 0x370 && point < 0x400) return greek(point, bytes);
    if (point >= 0x400 && point < 0x530) return cyrillic(point, bytes);
    if (point >= 0x1E00 && point < 0x1F00) return fromTable(kLatinAdditional[point - 0x1E00], point, bytes);
    if (point == kIncrement) return {kDelta, bytes, Kind::Upper};
    if (point >= 0x2000 && point < 0x2C00) return {point, bytes, Kind::Gap};  // punctuation, symbols, arrows
    if (point >= 0x3000 && point < 0x3040) return {point, bytes, Kind::Gap};
    if (point >= 0xE000 && point < 0xF900) return {point, bytes, Kind::Gap};
    if (point >= 0xFE00 && point < 0xFE70) return {point, bytes, Kind::Gap};
    if (point >= 0xFF00) return {point, bytes, Kind::Gap};  // full width forms, emoji and other planes
    return {point, bytes, Kind::Uncased};
}

void append(uint32_t point, char* out, size_t size, size_t& length) {
    char bytes[4];
    size_t count = 0;
    if (point < 0x80) {
        bytes[count++] = static_cast<char>(point);
    } else if (point < 0x800) {
        bytes[count++] = static_cast<char>(0xC0 | point >> 6);
        bytes[count++] = static_cast<char>(0x80 | (point & 0x3F));
    } else {
        bytes[count++] = static_cast<char>(0xE0 | (point >> 12 & 0xF));
        bytes[count++] = static_cast<char>(0x80 | (point >> 6 & 0x3F));
        bytes[count++] = static_cast<char>(0x80 | (point & 0x3F));
    }
    for (size_t i = 0; i < count && length < size; ++i) out[length++] = bytes[i];
}

}  // namespace

Letter letterAt(std::string_view text, size_t at) {
    auto byte = [&](size_t i) { return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : 0u; };
    auto tail = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
    uint32_t lead = byte(0);
    if (lead >= 0xC2 && lead < 0xE0 && tail(1)) return classify((lead & 0x1F) << 6 | (byte(1) & 0x3F), 2);
    if (lead >= 0xE0 && lead < 0xF0 && tail(1) && tail(2)) {
        return classify((lead & 0xF) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3);
    }
    if (lead >= 0xF0 && lead < 0xF5 && tail(1) && tail(2) && tail(3)) return {0x1F000, 4, Kind::Gap};
    return {0xFFFD, 1, Kind::Gap};
}

size_t fold(std::string_view word, char* out, size_t size) {
    size_t length = 0;
    for (size_t at = 0; at < word.size() && length < size;) {
        auto byte = static_cast<uint8_t>(word[at]);
        if (byte < 0x80) {
            out[length++] = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
            ++at;
            continue;
        }
        Letter letter = letterAt(word, at);
        if (letter.folded == kQuoteSingle) letter.folded = '\'';
        if (letter.folded) append(letter.folded, out, size, length);
        at += letter.bytes;
    }
    return length;
}

}  // namespace pii::names
