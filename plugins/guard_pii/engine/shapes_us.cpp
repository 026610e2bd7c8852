// United States and Canada. Sources: SSA "The SSN numbering scheme" and the randomisation notice of 2011; IRS
// on ITIN ranges (publication 1915); ABA routing numbers: Federal Reserve, "Routing number policy"; CMS "NPI
// check digit" and "Understanding the MBI format"; DEA registration numbers: 21 CFR 1301 as Wikipedia
// describes the check digit; CRA on SIN.
#include <string>

#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

float byGroups(const Value& v, int all, float full, float some, float none) {
    if (v.groups() == all) return full;
    return v.grouped() ? some : none;
}

float ssn(const Value& v) {
    const int area = v.number(0, 3);
    if (area == 0 || area == 666 || area >= 900) return kReject;
    if (v.number(3, 2) == 0 || v.number(5, 4) == 0 || v.allSame()) return kReject;
    // Printed in advertisements and manuals, never issued: SSA, "Misused Social Security numbers".
    for (const auto* sample : {"078051120", "219099999", "123456789", "457555462"})
        if (v.chars() == sample) return kReject;
    return byGroups(v, 3, 0.85F, 0.4F, 0.2F);
}

float itin(const Value& v) {
    const int group = v.number(3, 2);
    const bool issued = (group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
                        (group >= 90 && group <= 92) || (group >= 94 && group <= 99);
    if (v[0] != '9' || !issued) return kReject;
    return byGroups(v, 3, 0.6F, 0.4F, 0.3F);
}

float aba(const Value& v) {
    const int first = v.number(0, 2);
    const bool issued =
        first <= 12 || (first >= 21 && first <= 32) || (first >= 61 && first <= 72) || first == 80;
    if (!issued || v.allSame() || weighted(v, {3, 7, 1, 3, 7, 1, 3, 7, 1}) % 10 != 0) return kReject;
    return v.grouped() ? 0.45F : 0.3F;
}

float npi(const Value& v) {
    if ((v[0] != '1' && v[0] != '2') || v.allSame()) return kReject;
    return luhn("80840" + std::string(v.chars())) ? 0.35F : kReject;
}

// C A AN N A AN N A A N N: "A" is a letter that cannot be mistaken for a digit.
float mbi(const Value& v) {
    if (v[0] == '0' || v.chars().find_first_of("SLOIBZ") != std::string_view::npos) return kReject;
    return byGroups(v, 3, 0.9F, 0.6F, 0.6F);
}

float dea(const Value& v) {
    if (std::string_view("ABCDEFGHJKLMPRSTUX").find(v[0]) == std::string_view::npos) return kReject;
    const int sum = v.digit(2) + v.digit(4) + v.digit(6) + 2 * (v.digit(3) + v.digit(5) + v.digit(7));
    return sum % 10 == v.digit(8) ? 0.6F : kReject;
}

float sin(const Value& v) {
    if (v[0] == '0' || v[0] == '8' || v.allSame() || !luhn(v.chars())) return kReject;
    return v.grouped() ? 0.45F : 0.3F;
}

constexpr ShapeSpec kShapes[] = {
    {Kind::UsSsn, "999?99?9999", kDash | kDot | kSpace, 0, ssn},
    {Kind::UsItin, "999?99?9999", kDash | kSpace, 0, itin},
    {Kind::UsPassport, "999999999", 0, 0.15F},
    {Kind::UsPassport, "A99999999", 0, 0.25F},
    {Kind::AbaRoutingNumber, "9999?9999?9", kDash, 0, aba, kAllGaps},
    {Kind::UsNpi, "9999?999?999", kDash | kSpace, 0, npi, kAllGaps},
    {Kind::UsMbi, "9AX9?AX9?AA99", kDash | kSpace, 0, mbi, kAllGaps},
    {Kind::MedicalLicense, "AA9999999", 0, 0, dea},
    {Kind::MedicalLicense, "A99999999", 0, 0, dea},
    {Kind::CaSin, "999?999?999", kDash | kSpace, 0, sin, kAllGaps},
    {Kind::UsBankNumber, "99999999", 0, 0.05F},
    {Kind::UsBankNumber, "999999999", 0, 0.05F},
    {Kind::UsBankNumber, "9999999999", 0, 0.15F},
    {Kind::UsBankNumber, "99999999999", 0, 0.15F},
    {Kind::UsBankNumber, "999999999999", 0, 0.15F},
    {Kind::UsBankNumber, "9999999999999", 0, 0.15F},
    {Kind::UsBankNumber, "99999999999999", 0, 0.15F},
    {Kind::UsBankNumber, "999999999999999", 0, 0.15F},
    {Kind::UsBankNumber, "9999999999999999", 0, 0.15F},
    {Kind::UsBankNumber, "99999999999999999", 0, 0.15F},
};

}  // namespace

std::span<const ShapeSpec> usShapes() { return kShapes; }

}  // namespace pii
