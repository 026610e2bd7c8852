// IBAN. Source: ISO 13616 and SWIFT's IBAN registry (release 99), which tells the structure for each country:
// a number and the class of so many characters: n digits, a letters of upper case, c letters and digits.
// Egypt to Yemen included.
#include <array>

#include "chars.h"
#include "checks.h"
#include "recognisers.h"

namespace pii {
namespace {

struct Country {
    std::string_view code, structure;  // what stands behind the two check digits
};

// clang-format off
constexpr Country kCountries[] = {
    {"AD", "8n12c"}, {"AE", "19n"}, {"AL", "8n16c"}, {"AT", "16n"}, {"AZ", "4a20c"}, {"BA", "16n"}, {"BE", "12n"},
    {"BG", "4a6n8c"}, {"BH", "4a14c"}, {"BI", "23n"}, {"BR", "23n1a1c"}, {"BY", "4c4n16c"}, {"CH", "5n12c"},
    {"CR", "18n"}, {"CY", "8n16c"}, {"CZ", "20n"}, {"DE", "18n"}, {"DJ", "23n"}, {"DK", "14n"}, {"DO", "4c20n"},
    {"EE", "16n"}, {"EG", "25n"}, {"ES", "20n"}, {"FI", "14n"}, {"FK", "2a12n"}, {"FO", "14n"}, {"FR", "10n11c2n"},
    {"GB", "4a14n"}, {"GE", "2a16n"}, {"GI", "4a15c"}, {"GL", "14n"}, {"GR", "7n16c"}, {"GT", "4c20c"}, {"HN", "4a20n"},
    {"HR", "17n"}, {"HU", "24n"}, {"IE", "4a14n"}, {"IL", "19n"}, {"IQ", "4a15n"}, {"IS", "22n"}, {"IT", "1a10n12c"},
    {"JO", "4a4n18c"}, {"KW", "4a22c"}, {"KZ", "3n13c"}, {"LB", "4n20c"}, {"LC", "4a24c"}, {"LI", "5n12c"},
    {"LT", "16n"}, {"LU", "3n13c"}, {"LV", "4a13c"}, {"LY", "21n"}, {"MC", "10n11c2n"}, {"MD", "2c18c"}, {"ME", "18n"},
    {"MK", "3n10c2n"}, {"MN", "16n"}, {"MR", "23n"}, {"MT", "4a5n18c"}, {"MU", "4a19n3a"}, {"NI", "4a20n"},
    {"NL", "4a10n"}, {"NO", "11n"}, {"OM", "3n16c"}, {"PK", "4a16c"}, {"PL", "24n"}, {"PS", "4a21c"}, {"PT", "21n"},
    {"QA", "4a21c"}, {"RO", "4a16c"}, {"RS", "18n"}, {"RU", "14n15c"}, {"SA", "2n18c"}, {"SC", "4a20n3a"}, {"SD", "14n"},
    {"SE", "20n"}, {"SI", "15n"}, {"SK", "20n"}, {"SM", "1a10n12c"}, {"SO", "19n"}, {"ST", "21n"}, {"SV", "4a20n"},
    {"TL", "19n"}, {"TN", "20n"}, {"TR", "5n1n16c"}, {"UA", "6n19c"}, {"VA", "18n"}, {"VG", "4a16n"}, {"XK", "16n"},
    {"YE", "4a4n18c"},
};
// clang-format on

struct Layout {
    int length = 0;  // 0: no such country
    uint64_t digits = 0, letters = 0;
};

Layout layoutOf(std::string_view structure) {
    Layout layout{4, 0b1100, 0b0011};
    int count = 0;
    for (const char c : structure) {
        if (isDigit(c)) {
            count = count * 10 + c - '0';
            continue;
        }
        const auto here = ((uint64_t{1} << count) - 1) << layout.length;
        if (c == 'n') layout.digits |= here;
        if (c == 'a') layout.letters |= here;
        layout.length += count;
        count = 0;
    }
    return layout;
}

using Layouts = std::array<Layout, 26 * 26>;

size_t place(char a, char b) { return static_cast<size_t>(a - 'A') * 26 + static_cast<size_t>(b - 'A'); }

const Layouts& layouts() {
    static const Layouts all = [] {
        Layouts made;
        for (const auto& country : kCountries)
            made[place(country.code[0], country.code[1])] = layoutOf(country.structure);
        return made;
    }();
    return all;
}

}  // namespace

void findIban(Pass& pass, const Run& run) {
    if (run.n < 15 || (run.digits & 0b1111) != 0b1100) return;
    const auto& layout = layouts()[place(run.c[0], run.c[1])];
    if (layout.length == 0 || run.n < layout.length || (run.ends >> layout.length & 1) == 0) return;
    const auto mask = run.maskOf(layout.length);
    if ((run.digits & layout.digits) != layout.digits || (run.digits & layout.letters) != 0) return;
    const auto letters = mask & ~run.digits;
    if ((run.lower & mask) != 0 && (run.lower & letters) != letters) return;  // all of one case
    uint8_t seen = 0;
    for (auto gaps = run.gaps & mask; gaps != 0; gaps &= gaps - 1) seen |= run.sep[__builtin_ctzll(gaps)];
    if (seen != 0 && seen != kSpace && seen != kDash) return;
    std::string turned(run.c + 4, static_cast<size_t>(layout.length) - 4);
    turned.append(run.c, 4);
    if (mod97(turned) == 1) pass.add(Kind::IbanCode, run.begin, run.endOf(layout.length), 1.0F);
}

}  // namespace pii
