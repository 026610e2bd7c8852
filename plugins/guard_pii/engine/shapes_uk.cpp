// United Kingdom. Sources: NHS data dictionary (NHS number); HMRC manual NIM39110 (national insurance
// numbers); Royal Mail's programmers' guide to PAF (postcodes); DVLA INF104 and INF46 (registration marks);
// DVLA on driver numbers; HM Passport Office.
#include "chars.h"
#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

constexpr auto npos = std::string_view::npos;
bool in(std::string_view set, char c) { return set.find(c) != npos; }

float nhs(const Value& v) {
    const int rest = 11 - weighted(v, {10, 9, 8, 7, 6, 5, 4, 3, 2}) % 11;
    if (v.allSame() || rest == 10 || rest % 11 != v.digit(9)) return kReject;
    return v.groups() == 3 ? 0.6F : 0.3F;
}

float nino(const Value& v) {
    if (in("DFIQUV", v[0]) || in("DFIOQUV", v[1]) || v[8] > 'D') return kReject;
    if (listed(" BG GB NK KN TN NT ZZ ", v.chars().substr(0, 2))) return kReject;
    return v.anyLower() && v.grouped() ? 0.6F : 0.85F;
}

constexpr std::string_view kAreas =
    " AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC "
    "EH EN EX "
    "FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N "
    "NE NG NN "
    "NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR "
    "TS TW UB "
    "W WA WC WD WF WN WR WS WV YO ZE ";

float postcode(const Value& v) {
    const auto outward = v.chars().substr(0, static_cast<size_t>(v.n) - 3);
    if (in("CIKMOV", v[v.n - 2]) || in("CIKMOV", v[v.n - 1])) return kReject;
    if (outward == "GIR") return v.chars() == "GIR0AA" ? 0.9F : kReject;
    if (in("QVX", v[0])) return kReject;
    const bool two = isLetter(v[1]);
    if (two && in("IJZ", v[1])) return kReject;
    if (isLetter(outward.back())) {  // "A9A" and "AA9A"
        if (!two && !in("ABCDEFGHJKPSTUW", outward.back())) return kReject;
        if (two && !in("ABEHMNPRVWXY", outward.back())) return kReject;
    }
    if (!listed(kAreas, outward.substr(0, two ? 2 : 1))) return 0.1F;
    if (v.anyLower()) return 0.2F;
    return v.grouped() ? 0.5F : 0.2F;
}

// Surname of five (filled with 9), decade, month (plus 50 for women), day, year, two initials (or 9), three
// more.
float driver(const Value& v) {
    int filled = 5;
    while (filled > 0 && v[filled - 1] == '9') --filled;
    for (int i = 0; i < filled; ++i)
        if (!isLetter(v[i])) return kReject;
    const int month = v.number(6, 2) % 50;
    const int day = v.number(8, 2);
    if (filled == 0 || v[6] > '6' || !isShortDate(v.digit(5) * 10 + v.digit(10), month, day)) return kReject;
    if (!isLetter(v[11]) && v[11] != '9') return kReject;
    return (isLetter(v[12]) || v[12] == '9') && isLetter(v[14]) && isLetter(v[15]) ? 0.95F : kReject;
}

// Since September 2001: two letters of an office, two digits of the half-year, three letters.
float plateNow(const Value& v) {
    const int half_year = v.number(2, 2);
    const bool issued = (half_year >= 2 && half_year <= 30) || (half_year >= 51 && half_year <= 80);
    if (in("IQZ", v[0]) || in("IQZ", v[1]) || !issued) return kReject;
    if (in("IQ", v[4]) || in("IQ", v[5]) || in("IQ", v[6])) return kReject;
    if (in("JTUX", v[0])) return 0.2F;  // no office has them
    return v.anyLower() ? 0.3F : 0.5F;
}

bool yearLetter(char c) { return !in("IOQUZ", c); }

float platePrefix(const Value& v) {  // 1983 to 2001: "A123 BCD"
    if (!yearLetter(v[0]) || v[1] == '0') return kReject;
    for (int i = v.n - 3; i < v.n; ++i)
        if (in("IQZ", v[i])) return kReject;
    return 0.25F;
}

float plateSuffix(const Value& v) {  // 1963 to 1982: "ABC 123D"
    if (!yearLetter(v[v.n - 1]) || v[3] == '0') return kReject;
    for (int i = 0; i < 3; ++i)
        if (in("IQZ", v[i])) return kReject;
    return 0.25F;
}

constexpr ShapeSpec kShapes[] = {
    {Kind::UkNhs, "999?999?9999", kDash | kSpace, 0, nhs, kAllGaps},
    {Kind::UkNino, "AA?99?99?99?A", kDash | kSpace, 0, nino},
    {Kind::UkPostcode, "A9?9AA", kSpace, 0, postcode},
    {Kind::UkPostcode, "A99?9AA", kSpace, 0, postcode},
    {Kind::UkPostcode, "AA9?9AA", kSpace, 0, postcode},
    {Kind::UkPostcode, "AA99?9AA", kSpace, 0, postcode},
    {Kind::UkPostcode, "A9A?9AA", kSpace, 0, postcode},
    {Kind::UkPostcode, "AA9A?9AA", kSpace, 0, postcode},
    {Kind::UkPostcode, "AAA?9AA", kSpace, 0, postcode},
    {Kind::UkPassport, "AA9999999", 0, 0.2F},
    {Kind::UkPassport, "999999999", 0, 0.2F, nullptr, kNeedsWord},
    {Kind::UkDrivingLicence, "AXXXX?999999?XX?XAA", kSpace | kDash, 0, driver},
    {Kind::UkVehicleRegistration, "AA99?AAA", kSpace | kDash, 0, plateNow},
    {Kind::UkVehicleRegistration, "A9?AAA", kSpace | kDash, 0, platePrefix},
    {Kind::UkVehicleRegistration, "A99?AAA", kSpace | kDash, 0, platePrefix},
    {Kind::UkVehicleRegistration, "A999?AAA", kSpace | kDash, 0, platePrefix},
    {Kind::UkVehicleRegistration, "AAA?9A", kSpace | kDash, 0, plateSuffix},
    {Kind::UkVehicleRegistration, "AAA?99A", kSpace | kDash, 0, plateSuffix},
    {Kind::UkVehicleRegistration, "AAA?999A", kSpace | kDash, 0, plateSuffix},
};

}  // namespace

std::span<const ShapeSpec> ukShapes() { return kShapes; }

}  // namespace pii
