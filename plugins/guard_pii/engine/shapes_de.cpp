// Germany, papers and taxes. Sources: § 139b AO and BZSt on the identification number; ELSTER's "Prüfung der
// Steuer- und Steueridentifikationsnummer"; BZSt on VAT numbers; PAuswV annex and ICAO 9303 for serial
// numbers of cards and passports; Anlage 8 FeV (driving licences); HRV (commercial register).
#include <array>

#include "chars.h"
#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

bool in(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

float taxId(const Value& v) {
    if (v[0] == '0' || !mod11_10(v.chars())) return kReject;
    std::array<int, 10> seen{};
    for (int i = 0; i < 10; ++i) ++seen[static_cast<size_t>(v.digit(i))];
    int repeated = 0;
    for (const int times : seen) {
        if (times > 3) return kReject;
        if (times > 1) ++repeated;
    }
    return repeated == 1 ? 0.55F
                         : 0.3F;  // as issued: one digit of the first ten stands there twice or thrice
}

// The form of all states together: prefix of the state, four digits of the office with a 0 behind, eight
// digits. Also with the official number of the state (01 to 16) in front.
float taxNumber13(const Value& v) {
    const int state = v.number(0, 2);
    if (state >= 1 && state <= 16) return 0.2F;
    const bool elster =
        listed(" 28 30 24 22 26 40 23 27 32 31 21 41 ", v.chars().substr(0, 2)) || v[0] == '9' || v[0] == '5';
    return elster && v[4] == '0' ? 0.2F : kReject;
}

float vat(const Value& v) {
    if (v.chars().substr(0, 2) != "DE" || v[2] == '0') return kReject;
    return mod11_10(v.chars().substr(2)) ? 0.95F : kReject;
}

// Letters that are never taken for digits, and no vowels.
bool serial(const Value& v, std::string_view first) {
    if (!in(first, v[0])) return false;
    for (int i = 1; i < v.n - 1; ++i)
        if (!in("0123456789CFGHJKLMNPRTVWXYZ", v[i])) return false;
    return true;
}

constexpr std::string_view kCards = "LMNPRTVWXY";
constexpr std::string_view kPassports = "CFGHJK";

bool ninth(const Value& v) {
    return icaoDigit(v.chars().substr(0, static_cast<size_t>(v.n) - 1)) == v.digit(v.n - 1);
}

float idCard(const Value& v) { return serial(v, kCards) && ninth(v) ? 0.45F : kReject; }
float passport(const Value& v) { return serial(v, kPassports) && ninth(v) ? 0.45F : kReject; }
float cardSerial(const Value& v) { return serial(v, kCards) ? 0.2F : kReject; }
float passportSerial(const Value& v) { return serial(v, kPassports) ? 0.2F : kReject; }

float commercialRegister(const Value& v) {
    const auto kind = v.chars().substr(0, 3);
    return kind == "HRA" || kind == "HRB" || kind == "GNR" ? 0.7F : kReject;
}

float postalCode(const Value& v) {
    const int code = v.number(0, 5);
    return code > 1000 && code < 99999 ? 0.15F : kReject;
}

constexpr uint8_t kAny = kSpace | kDash | kDot | kSlash;
constexpr ShapeSpec kShapes[] = {
    {Kind::DeTaxId, "99?999?999?999", kSpace, 0, taxId, kAllGaps},
    {Kind::DeTaxNumber, "9999999999999", 0, 0, taxNumber13},
    {Kind::DeTaxNumber, "99!999!99999", kSlash | kSpace, 0.3F},
    {Kind::DeTaxNumber, "999!999!99999", kSlash | kSpace, 0.35F},
    {Kind::DeTaxNumber, "999!9999!9999", kSlash | kSpace, 0.3F},
    {Kind::DeTaxNumber, "99!9999!9999", kSlash | kSpace, 0.3F},
    {Kind::DeTaxNumber, "99999!99999", kSlash, 0.3F},
    {Kind::DeVatId, "AA?999?999?999", kAny, 0, vat, kMixed},
    {Kind::DeIdCard, "AXXXXXXX9", 0, 0, idCard},
    {Kind::DeIdCard, "AXXXXXXX9", 0, 0, cardSerial, kNeedsWord},
    {Kind::DeIdCard, "AXXXXXXXX9", 0, 0, idCard},
    {Kind::DePassport, "AXXXXXXX9", 0, 0, passport},
    {Kind::DePassport, "AXXXXXXX9", 0, 0, passportSerial, kNeedsWord},
    {Kind::DePassport, "AXXXXXXXX9", 0, 0, passport},
    {Kind::DeFuehrerschein, "AA99999999X", 0, 0.3F},
    {Kind::DeFuehrerschein, "X99XXXXXX9X", 0, 0.25F, nullptr, kNeedsWord},
    {Kind::DeHandelsregister, "AAA?9", kSpace, 0, commercialRegister},
    {Kind::DeHandelsregister, "AAA?99", kSpace, 0, commercialRegister},
    {Kind::DeHandelsregister, "AAA?999", kSpace, 0, commercialRegister},
    {Kind::DeHandelsregister, "AAA?9999", kSpace, 0, commercialRegister},
    {Kind::DeHandelsregister, "AAA?99999", kSpace, 0, commercialRegister},
    {Kind::DeHandelsregister, "AAA?999999", kSpace, 0, commercialRegister},
    {Kind::DePlz, "99999", 0, 0, postalCode},
};

}  // namespace

std::span<const ShapeSpec> deShapes() { return kShapes; }

}  // namespace pii
