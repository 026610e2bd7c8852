// Poland, Finland, Sweden. Sources: gov.pl on PESEL (the century is added to the month), NIP and REGON; DVV
// on the Finnish identity code (decree 690/2022: signs U to Y and B to F); Skatteverket SKV 704
// (personnummer: day plus 60 for coordination numbers) and Bolagsverket (organisationsnummer).
#include "chars.h"
#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

float pesel(const Value& v) {
    static constexpr int kCenturies[] = {1900, 2000, 2100, 2200, 1800};
    const int month = v.number(2, 2);
    if (!isDate(kCenturies[month / 20] + v.number(0, 2), month % 20, v.number(4, 2))) return kReject;
    return weighted(v, {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1}) % 10 == 0 ? 0.55F : kReject;
}

float nip(const Value& v) {
    if (v.allSame() || v[0] == '0' || weighted(v, {6, 5, 7, 2, 3, 4, 5, 6, 7}) % 11 != v.digit(9))
        return kReject;
    return v.groups() == 4 ? 0.6F : 0.3F;
}

float regon(const Value& v) {
    if (v.allSame() || weighted(v, {8, 9, 2, 3, 4, 5, 6, 7}) % 11 % 10 != v.digit(8)) return kReject;
    if (v.n == 9) return 0.2F;
    return weighted(v, {2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8}) % 11 % 10 == v.digit(13) ? 0.45F : kReject;
}

float hetu(const Value& v) {
    static constexpr std::string_view kCheck = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    const int from = v.n == 11 ? 7 : 6;  // with a letter as the sign, or with "-" or "+"
    const char sign = v.n == 11 ? v[6] : '-';
    if (std::string_view("-ABCDEFUVWXY").find(sign) == std::string_view::npos) return kReject;
    const int day = v.number(0, 2);
    if (!isShortDate(v.number(4, 2), v.number(2, 2), day) || v.number(from, 3) < 2) return kReject;
    const long long number = v.number(0, 6) * 1000LL + v.number(from, 3);
    return kCheck[static_cast<size_t>(number % 31)] == v[v.n - 1] ? 0.95F : kReject;
}

float personnummer(const Value& v) {
    const int from = v.n - 10;
    const int day = v.number(from + 4, 2) % 60;
    const int year = v.number(from, 2);
    if (v.number(from + 4, 2) > 91) return kReject;
    if (v.n == 12) {
        const int century = v.number(0, 2);
        if (century < 18 || century > 20 || !isDate(century * 100 + year, v.number(4, 2), day))
            return kReject;
    } else if (!isShortDate(year, v.number(2, 2), day)) {
        return kReject;
    }
    if (!luhn(v.chars().substr(static_cast<size_t>(from)))) return kReject;
    if (v.n == 12) return 0.85F;
    return v.grouped() ? 0.65F : 0.5F;
}

float organisation(const Value& v) {
    const int from = v.n - 10;
    if (from == 2 && v.number(0, 2) != 16) return kReject;
    if (v[from] == '0' || v[from] == '4' || v[from + 2] < '2') return kReject;
    if (!luhn(v.chars().substr(static_cast<size_t>(from)))) return kReject;
    return v.grouped() ? 0.5F : 0.25F;
}

constexpr ShapeSpec kPolish[] = {
    {Kind::PlPesel, "99999999999", 0, 0, pesel},
    {Kind::PlNip, "999?999?99?99", kDash | kSpace, 0, nip, kAllGaps},
    {Kind::PlNip, "999!99!99!999", kDash | kSpace, 0, nip},
    {Kind::PlRegon, "999999999", 0, 0, regon},
    {Kind::PlRegon, "99999999999999", 0, 0, regon},
};

constexpr ShapeSpec kNordic[] = {
    {Kind::FiPersonalIdentityCode, "999999!999X", kDash | kPlus, 0, hetu, kGluedLeft},
    {Kind::FiPersonalIdentityCode, "999999A999X", 0, 0, hetu, kGluedLeft},
    {Kind::SePersonnummer, "999999?9999", kDash | kPlus, 0, personnummer, kGluedLeft},
    {Kind::SePersonnummer, "99999999?9999", kDash | kPlus, 0, personnummer, kGluedLeft},
    {Kind::SeOrganisationsnummer, "999999?9999", kDash, 0, organisation},
    {Kind::SeOrganisationsnummer, "99999999?9999", kDash, 0, organisation},
};

}  // namespace

std::span<const ShapeSpec> plShapes() { return kPolish; }
std::span<const ShapeSpec> nordicShapes() { return kNordic; }

}  // namespace pii
