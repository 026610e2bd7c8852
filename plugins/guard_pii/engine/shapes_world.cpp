// Payment cards: ISO/IEC 7812 (Luhn), issuer ranges as the schemes publish them and Wikipedia's "Payment card
// number" lists them, with the lengths that each issues.
#include <algorithm>

#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

struct Range {
    int from, to;      // of the first six digits
    uint32_t lengths;  // bit n: cards of n digits
};

constexpr uint32_t len(int a) { return 1u << a; }
constexpr uint32_t len(int a, int b) { return a > b ? 0 : len(a) | len(a + 1, b); }

constexpr Range kIssuers[] = {
    {100000, 199999, len(15)},      // UATP; JCB's old 1800
    {213100, 213199, len(15)},      // JCB
    {220000, 220499, len(16, 19)},  // Mir
    {222100, 272099, len(16)},      // Mastercard
    {300000, 305999, len(14, 19)},  // Diners Club
    {309500, 309599, len(14, 19)},
    {340000, 349999, len(15)},                      // American Express
    {350000, 359999, len(16, 19)},                  // JCB: 3528 to 3589; the rest needs a word in front
    {360000, 369999, len(14, 19)},                  // Diners Club International
    {370000, 379999, len(15)},                      // American Express
    {380000, 399999, len(14, 19)},                  // Diners Club
    {400000, 499999, len(13) | len(16) | len(19)},  // Visa
    {500000, 509999, len(12, 19)},                  // Maestro, Dankort, Verve, Elo, RuPay
    {510000, 559999, len(16)},                      // Mastercard
    {560000, 599999, len(12, 19)},                  // Maestro
    {600000, 699999, len(12, 19)},                  // Discover, UnionPay, Maestro, RuPay, InstaPayment
    {810000, 829999, len(16, 19)},                  // UnionPay, RuPay
    {979200, 979299, len(16)},                      // Troy
};

float card(const Value& v) {
    const int prefix = v.number(0, 6);
    const auto* issuer = std::find_if(std::begin(kIssuers), std::end(kIssuers), [prefix](const Range& r) {
        return prefix >= r.from && prefix <= r.to;
    });
    if (issuer == std::end(kIssuers) || (issuer->lengths & len(v.n)) == 0 || v.allSame()) return kReject;
    if (!luhn(v.chars())) return kReject;
    if (v.n == 12 || prefix < 200000)
        return v.grouped() ? 0.6F : 0.45F;  // few others begin so, but numbers do
    if (prefix >= 350000 && prefix <= 359999 && (prefix < 352800 || prefix > 358999)) return 0.45F;
    return v.n < 16 && !v.grouped() ? 0.8F : 1.0F;
}

constexpr uint8_t kSeps = kSpace | kDash;
constexpr ShapeSpec kShapes[] = {
    {Kind::CreditCard, "999999999999", 0, 0, card},
    {Kind::CreditCard, "9999!9999!9999", kSeps, 0, card},
    {Kind::CreditCard, "9999999999999", 0, 0, card},
    {Kind::CreditCard, "9999!999!999!999", kSeps, 0, card},
    {Kind::CreditCard, "99999999999999", 0, 0, card},
    {Kind::CreditCard, "9999!999999!9999", kSeps, 0, card},
    {Kind::CreditCard, "9999!9999!9999!99", kSeps, 0, card},
    {Kind::CreditCard, "999999999999999", 0, 0, card},
    {Kind::CreditCard, "9999!999999!99999", kSeps, 0, card},
    {Kind::CreditCard, "9999!9999!9999!999", kSeps, 0, card},
    {Kind::CreditCard, "9999?9999?9999?9999", kSeps | kDot, 0, card},
    {Kind::CreditCard, "9999!999999!999999", kSeps, 0, card},
    {Kind::CreditCard, "99999999999999999", 0, 0, card},
    {Kind::CreditCard, "999999999999999999", 0, 0, card},
    {Kind::CreditCard, "9999!9999!9999!9999!99", kSeps, 0, card},
    {Kind::CreditCard, "9999999999999999999", 0, 0, card},
    {Kind::CreditCard, "9999!9999!9999!9999!999", kSeps, 0, card},
    {Kind::CreditCard, "999999!9999999999999", kSeps, 0, card},
    {Kind::ZipCode, "99999", 0, 0.15F},
    {Kind::ZipCode, "99999!9999", kDash, 0.3F},
};

}  // namespace

std::span<const ShapeSpec> worldShapes() { return kShapes; }

}  // namespace pii
