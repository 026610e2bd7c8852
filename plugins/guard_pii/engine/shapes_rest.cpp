// South Africa, Turkey, Nigeria, the Philippines. Sources: Department of Home Affairs (identity numbers,
// Luhn); Nüfus ve Vatandaşlık İşleri (T.C. kimlik no), Karayolları Trafik Yönetmeliği (plates: 01 to 81, no Q
// W X); NIMC (NIN, Verhoeff) and FRSC (plates); BIR on TIN (the ninth digit is the sum of weights 9 to 2
// modulo 11).
#include "chars.h"
#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

float southAfrican(const Value& v) {
    // Day of birth, sex, citizenship (0 citizen, 1 resident, 2 refugee), 8 or 9, check.
    if (!isShortDate(v.number(0, 2), v.number(2, 2), v.number(4, 2))) return kReject;
    if (v[10] > '2' || v[11] < '8' || !luhn(v.chars())) return kReject;
    return 0.85F;
}

float turkish(const Value& v) {
    if (v[0] == '0') return kReject;
    const int odd = v.digit(0) + v.digit(2) + v.digit(4) + v.digit(6) + v.digit(8);
    const int even = v.digit(1) + v.digit(3) + v.digit(5) + v.digit(7);
    if (((odd * 7 - even) % 10 + 10) % 10 != v.digit(9)) return kReject;
    return (odd + even + v.digit(9)) % 10 == v.digit(10) ? 0.6F : kReject;
}

float turkishPlate(const Value& v) {
    const int province = v.number(0, 2);
    if (province < 1 || province > 81 || v.chars().find_first_of("QWX") != std::string_view::npos)
        return kReject;
    if (v.anyLower()) return 0.05F;
    return v.groups() == 3 ? 0.3F : 0.2F;
}

float nigerian(const Value& v) { return v.allSame() || !verhoeff(v.chars()) ? kReject : 0.3F; }

float nigerianPlate(const Value& v) { return v.run.gaps & 8 ? (v.anyLower() ? 0.3F : 0.5F) : 0.3F; }

float philippineTax(const Value& v) {
    if (v.number(0, 9) == 0 || weighted(v, {9, 8, 7, 6, 5, 4, 3, 2}) % 11 != v.digit(8)) return kReject;
    return v.grouped() ? 0.35F : 0.2F;
}

constexpr ShapeSpec kShapes[] = {
    {Kind::ZaIdNumber, "9999999999999", 0, 0, southAfrican},
    {Kind::ZaIdNumber, "999999!9999!999", kSpace, 0, southAfrican},
    {Kind::ZaIdNumber, "999999!9999!99!9", kSpace, 0, southAfrican},
    {Kind::TrNationalId, "99999999999", 0, 0, turkish},
    {Kind::TrLicensePlate, "99?A?99", kSpace | kDash, 0, turkishPlate},
    {Kind::TrLicensePlate, "99?A?999", kSpace | kDash, 0, turkishPlate},
    {Kind::TrLicensePlate, "99?A?9999", kSpace | kDash, 0, turkishPlate},
    {Kind::TrLicensePlate, "99?A?99999", kSpace | kDash, 0, turkishPlate},
    {Kind::TrLicensePlate, "99?AA?99", kSpace | kDash, 0, turkishPlate},
    {Kind::TrLicensePlate, "99?AA?999", kSpace | kDash, 0, turkishPlate},
    {Kind::TrLicensePlate, "99?AA?9999", kSpace | kDash, 0, turkishPlate},
    {Kind::TrLicensePlate, "99?AAA?99", kSpace | kDash, 0, turkishPlate},
    {Kind::TrLicensePlate, "99?AAA?999", kSpace | kDash, 0, turkishPlate},
    {Kind::TrLicensePlate, "99?AAA?9999", kSpace | kDash, 0, turkishPlate},
    {Kind::NgNin, "99999999999", 0, 0, nigerian},
    {Kind::NgVehicleRegistration, "AAA?999?AA", kDash | kSpace, 0, nigerianPlate},
    {Kind::PhTin, "999?999?999", kDash | kSpace, 0, philippineTax, kAllGaps},
    {Kind::PhTin, "999?999?999?999", kDash | kSpace, 0, philippineTax, kAllGaps},
    {Kind::PhTin, "999?999?999?99999", kDash | kSpace, 0, philippineTax, kAllGaps},
};

}  // namespace

std::span<const ShapeSpec> restShapes() { return kShapes; }

}  // namespace pii
