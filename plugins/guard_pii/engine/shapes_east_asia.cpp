// Korea, Singapore, Thailand. Sources: Resident Registration Act's rules (the last digits are drawn by lot
// since October 2020: no check digit decides), National Tax Service (business numbers), MOFA on passports,
// KoROAD on licences; Singapore: ICA's NRIC/FIN letters and ACRA's UEN as Wikipedia describes their checks;
// Thailand: DOPA (modulus 11, province codes).
#include "chars.h"
#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

bool in(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

// The seventh digit says sex, century, and whether a foreigner: 1 2 5 6: 19.., 3 4 7 8: 20.., 9 0: 18...
bool koreanBirth(const Value& v, std::string_view sexes) {
    if (!in(sexes, v[6])) return false;
    const int century = in("1256", v[6]) ? 1900 : in("3478", v[6]) ? 2000 : 1800;
    return isDate(century + v.number(0, 2), v.number(2, 2), v.number(4, 2));
}

float rrn(const Value& v) {
    if (!koreanBirth(v, "012349") || v.number(7, 2) > 96) return kReject;
    const int sum = weighted(v, {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5});
    if ((11 - sum % 11) % 10 == v.digit(12)) return v.grouped() ? 0.95F : 0.7F;
    return v.grouped() ? 0.7F : 0.4F;
}

float frn(const Value& v) {
    if (!koreanBirth(v, "5678")) return kReject;
    return v.grouped() ? 0.7F : 0.4F;
}

float brn(const Value& v) {
    const int sum = weighted(v, {1, 3, 7, 1, 3, 7, 1, 3, 5}) + v.digit(8) * 5 / 10;
    if (v.allSame() || v.number(3, 2) == 0 || (10 - sum % 10) % 10 != v.digit(9)) return kReject;
    return v.groups() == 3 ? 0.65F : 0.3F;
}

float passport(const Value& v) { return in("MSROD", v[0]) ? 0.3F : kReject; }

float driver(const Value& v) {
    const int region = v.number(0, 2);
    if (region < 11 || region > 28 || region == 27) return kReject;
    return v.groups() == 4 ? 0.6F : 0.15F;
}

float nric(const Value& v) {
    static constexpr std::string_view kCitizen = "JZIHGFEDCBA";
    static constexpr std::string_view kForeigner = "XWUTRQPNMLK";
    static constexpr std::string_view kForeigner2022 = "KLJNPQRTUWX";
    int sum = weighted(v, {2, 7, 6, 5, 4, 3, 2}, 1);
    if (v[0] == 'T' || v[0] == 'G') sum += 4;
    if (v[0] == 'M') sum += 3;
    if (!in("STFGM", v[0])) return 0.05F;
    const auto letters = v[0] == 'M' ? kForeigner2022 : in("ST", v[0]) ? kCitizen : kForeigner;
    const int place = v[0] == 'M' ? 10 - sum % 11 : sum % 11;
    return letters[static_cast<size_t>(place)] == v[8] ? 0.9F : 0.25F;
}

float uenBusiness(const Value& v) {
    return std::string_view(
               "XMKECAWLJDB")[static_cast<size_t>(weighted(v, {10, 4, 9, 3, 8, 2, 7, 1}) % 11)] == v[8]
               ? 0.85F
               : kReject;
}

float uenCompany(const Value& v) {
    const int year = v.number(0, 4);
    if (year < 1800 || year > 2100) return kReject;
    const int sum = weighted(v, {10, 8, 6, 4, 9, 7, 5, 3, 1});
    return std::string_view("ZKCMDNERGWH")[static_cast<size_t>(sum % 11)] == v[9] ? 0.85F : kReject;
}

constexpr std::string_view kUenKinds =
    " CC CD CH CL CM CP CS CX DP FB FC FM FN GA GB GS HS LL LP MB MC MD MH MM MQ NB NR PA PB PF RF RP SM SS "
    "TC TU VH XL ";

float uenOther(const Value& v) {
    static constexpr std::string_view kAlphabet = "ABCDEFGHJKLMNPQRSTUVWX0123456789";
    static constexpr int kWeights[] = {4, 3, 5, 3, 10, 2, 2, 5, 7};
    if (!in("RST", v[0]) || !listed(kUenKinds, v.chars().substr(3, 2))) return kReject;
    int sum = 0;
    for (int i = 0; i < 9; ++i) sum += static_cast<int>(kAlphabet.find(v[i])) * kWeights[i];
    return kAlphabet[static_cast<size_t>(((sum - 5) % 11 + 11) % 11)] == v[9] ? 0.9F : kReject;
}

float thai(const Value& v) {
    const int province = v.number(1, 2);
    const bool known = (province >= 10 && province <= 27) || (province >= 30 && province <= 58) ||
                       (province >= 60 && province <= 67) || (province >= 70 && province <= 77) ||
                       (province >= 80 && province <= 86) || (province >= 90 && province <= 96);
    if (v[0] == '0' || v[0] == '9' || !known || v.allSame()) return kReject;
    const int sum = weighted(v, {13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2});
    if ((11 - sum % 11) % 10 != v.digit(12)) return kReject;
    return v.grouped() ? 0.7F : 0.45F;
}

constexpr ShapeSpec kShapes[] = {
    {Kind::KrRrn, "999999?9999999", kDash, 0, rrn},
    {Kind::KrFrn, "999999?9999999", kDash, 0, frn},
    {Kind::KrBrn, "999?99?99999", kDash, 0, brn, kAllGaps},
    {Kind::KrPassport, "A99999999", 0, 0, passport},
    {Kind::KrPassport, "A999A9999", 0, 0, passport},
    {Kind::KrDriverLicense, "99?99?999999?99", kDash | kSpace, 0, driver, kAllGaps},
    {Kind::SgNricFin, "A9999999A", 0, 0, nric},
    {Kind::SgUen, "99999999A", 0, 0, uenBusiness},
    {Kind::SgUen, "999999999A", 0, 0, uenCompany},
    {Kind::SgUen, "A99AA9999A", 0, 0, uenOther},
    {Kind::ThTnin, "9?9999?99999?99?9", kDash | kSpace, 0, thai, kAllGaps},
};

}  // namespace

std::span<const ShapeSpec> eastAsiaShapes() { return kShapes; }

}  // namespace pii
