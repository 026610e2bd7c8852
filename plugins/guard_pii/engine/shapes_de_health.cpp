// Germany, insurance and doctors. Sources: VKVV (insurance number of the pension fund), § 290 SGB V with the
// GKV's description of the KVNR, KBV "Richtlinie zur Vergabe der Arzt- und Betriebsstättennummern".
#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

int crossSum(int number) { return number / 10 + number % 10; }

// A letter counts as its place in the alphabet, written with two digits.
float pension(const Value& v) {
    const int letter = v[8] - 'A' + 1;
    const int digits[] = {v.digit(0), v.digit(1), v.digit(2),  v.digit(3),  v.digit(4), v.digit(5),
                          v.digit(6), v.digit(7), letter / 10, letter % 10, v.digit(9), v.digit(10)};
    static constexpr int kWeights[] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
    int sum = 0;
    for (int i = 0; i < 12; ++i) sum += crossSum(digits[i] * kWeights[i]);
    const int day = v.number(2, 2) % 50;  // plus 50: a second one of that day and name
    if (v.number(0, 2) < 2 || !isShortDate(v.number(6, 2), v.number(4, 2), day)) return kReject;
    return sum % 10 == v.digit(11) ? 0.9F : kReject;
}

float health(const Value& v) {
    const int letter = v[0] - 'A' + 1;
    int sum = crossSum(letter / 10) + crossSum(letter % 10 * 2);
    for (int i = 1; i < 9; ++i) sum += crossSum(v.digit(i) * (i % 2 == 0 ? 2 : 1));
    return sum % 10 == v.digit(9) ? 0.45F : kReject;
}

float doctor(const Value& v) {
    const int sum = weighted(v, {4, 9, 4, 9, 4, 9});
    if (v.number(0, 6) == 0 || v.number(7, 2) == 0) return kReject;
    return (10 - sum % 10) % 10 == v.digit(6) ? 0.25F : kReject;
}

float practice(const Value& v) {
    const bool region = listed(
        " 01 02 03 17 18 19 20 21 24 25 26 27 28 31 35 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 "
        "55 56 57 58 "
        "59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 78 79 80 81 83 85 86 87 88 89 90 91 93 94 95 96 98 "
        "99 ",
        v.chars().substr(0, 2));
    if (v.number(0, 2) == 0 || v.number(2, 7) == 0) return kReject;
    return region ? 0.2F : 0.1F;
}

constexpr ShapeSpec kShapes[] = {
    {Kind::DeSocialSecurity, "99?999999?A?999", kSpace | kDash, 0, pension},
    {Kind::DeHealthInsurance, "A999999999", 0, 0, health},
    {Kind::DeLanr, "999999999", 0, 0, doctor},
    {Kind::DeBsnr, "999999999", 0, 0, practice},
};

}  // namespace

std::span<const ShapeSpec> deHealthShapes() { return kShapes; }

}  // namespace pii
