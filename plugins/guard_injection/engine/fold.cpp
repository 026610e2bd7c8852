#include "fold.h"

#include <array>
#include <string_view>

namespace injection {
namespace {

constexpr uint32_t kTable = 0x2200;
struct Pair {
    uint32_t from;
    std::string_view letters;  // for consecutive code points; a blank: not a Latin shape
};

// Accents: U+00C0 to U+017F as their base letters.
constexpr std::string_view kLatin =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"   // 00C0
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"   // 0100
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";  // 0140

// Look-alikes of Latin letters in runs of consecutive code points.
constexpr Pair kLookAlikes[] = {
    {0x0250,
     "aa bccdd e ee   ggggwhhhiiilll lmwmnnn   orrrrr rrrs    st uvvwyyzz z    e bgh jl               q hjr  "
     "rw                                        yls"},
    {0x0391, "ab  ezh ik mn o p  ty x"},
    {0x03B1, "aby e   ik  v o p  tu x w"},
    {0x0405, "siij       a b  e    k mho pcty x          a b  e    k mho pcty x               siij"},
    {0x0501, "d                         q w"},
    {0x1D00, "a   cd e  jk m o        p  tu   vwz"},
    {0x1D43, "a   bde   g km o   ptu  v"},
    {0x13A0, "drt       aje      w   m   h    g  z        u s     w    vs   lc  p   k"},
    {0x2070, "0i  456789     n"},
};

using Table = std::array<Folded, kTable>;

void put(Table& table, const Pair& run, bool disguised) {
    for (size_t i = 0; i < run.letters.size(); ++i)
        if (run.letters[i] != ' ') table[run.from + i] = {Kind::Letter, run.letters[i], disguised};
}

void range(Table& table, uint32_t first, uint32_t last, Kind kind) {
    for (uint32_t c = first; c <= last; ++c) table[c] = {kind, 0, false};
}

Table build() {
    Table table{};
    range(table, 0x00C0, 0x1FFF, Kind::Letter);
    range(table, 0x0300, 0x036F, Kind::Mark);
    range(table, 0x0483, 0x0489, Kind::Mark);
    range(table, 0x1AB0, 0x1AFF, Kind::Mark);
    range(table, 0x1DC0, 0x1DFF, Kind::Mark);
    range(table, 0x20D0, 0x20FF, Kind::Mark);
    range(table, 0x200B, 0x200F, Kind::Invisible);
    range(table, 0x202A, 0x202E, Kind::Invisible);
    range(table, 0x2060, 0x206F, Kind::Invisible);
    for (const uint32_t c : {0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E})
        table[c].kind = Kind::Invisible;
    for (const uint32_t c : {0x02BC, 0x2018, 0x2019, 0x201B}) table[c].kind = Kind::Joiner;
    for (const uint32_t c : {0x00AA, 0x00B5, 0x00BA}) table[c].kind = Kind::Letter;
    table[0xD7].kind = table[0xF7].kind = Kind::Separator;
    put(table, {0x00C0, kLatin}, false);
    for (const auto& run : kLookAlikes) put(table, run, true);
    return table;
}

// Mathematical alphabets (U+1D400 to U+1D6A3: 26 capitals, 26 small, over and over; digits from U+1D7CE on).
Folded mathematical(uint32_t c) {
    if (c <= 0x1D6A3) return {Kind::Letter, static_cast<char>('a' + (c - 0x1D400) % 26), true};
    if (c >= 0x1D7CE && c <= 0x1D7FF)
        return {Kind::Letter, static_cast<char>('0' + (c - 0x1D7CE) % 10), true};
    return {Kind::Letter, 0, false};
}

char enclosed(uint32_t c) {
    if (c >= 0x24B6 && c <= 0x24E9) return static_cast<char>('a' + (c - 0x24B6) % 26);
    for (const uint32_t first : {0x249CU, 0x1F110U, 0x1F130U, 0x1F150U, 0x1F170U})
        if (c >= first && c < first + 26) return static_cast<char>('a' + (c - first));
    return 0;
}

bool isIdeograph(uint32_t c) {
    return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x20000 && c <= 0x3FFFF);
}

Folded beyond(uint32_t c) {
    if (c >= 0xFF10 && c <= 0xFF5A) {
        const char ascii = static_cast<char>(c - 0xFEE0);
        if (ascii >= 'A' && ascii <= 'Z') return {Kind::Letter, static_cast<char>(ascii | 0x20), true};
        if ((ascii >= 'a' && ascii <= 'z') || (ascii >= '0' && ascii <= '9'))
            return {Kind::Letter, ascii, true};
        return {};
    }
    if (isIdeograph(c)) return {Kind::Ideograph, 0, false};
    if (c >= 0x1D400 && c <= 0x1D7FF) return mathematical(c);
    if (const char letter = enclosed(c)) return {Kind::Letter, letter, true};
    if (c >= 0xE0020 && c <= 0xE007E) return {Kind::Tag, static_cast<char>(c - 0xE0000), true};
    const bool invisible = (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE0FFF);
    if (invisible || c == 0x3164 || c == 0xFFA0) return {Kind::Invisible, 0, false};
    const bool letter =
        (c >= 0xAC00 && c <= 0xD7AF) || (c >= 0xA000 && c <= 0xABFF) || (c >= 0x2C00 && c <= 0x2DFF);
    return {letter ? Kind::Letter : Kind::Separator, 0, false};
}

}  // namespace

Folded fold(uint32_t code_point) {
    static const Table table = build();
    return code_point < kTable ? table[code_point] : beyond(code_point);
}

uint32_t lower(uint32_t c) {
    if ((c >= 0xC0 && c <= 0xDE) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) return c + 0x20;
    return c >= 0x400 && c <= 0x40F ? c + 0x50 : c;
}

}  // namespace injection
