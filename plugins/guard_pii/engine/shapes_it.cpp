// Italy. Sources: Ministero delle Finanze, decree of 12 March 1974 and Agenzia delle Entrate on the codice
// fiscale (with omocodia: letters in place of digits); the partita IVA's control digit; Ministero
// dell'Interno on the identity cards of paper (AA1234567) and chip (CA12345AA); MIT on licences (U1…: no
// vowels).
#include "chars.h"
#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

constexpr auto npos = std::string_view::npos;

int fiscalDigit(char c) {
    if (isDigit(c)) return c - '0';
    return static_cast<int>(std::string_view("LMNPQRSTUV").find(c));  // npos becomes -1
}

char fiscalCheck(std::string_view chars) {
    static constexpr int kOdd[] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                   20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    int sum = 0;
    for (size_t i = 0; i < 15; ++i) {
        const int place = isDigit(chars[i]) ? chars[i] - '0' : chars[i] - 'A';
        sum += i % 2 == 0 ? kOdd[place] : place;
    }
    return static_cast<char>('A' + sum % 26);
}

float fiscalCode(const Value& v) {
    for (const int place : {6, 7, 9, 10, 12, 13, 14})
        if (fiscalDigit(v[place]) < 0) return kReject;
    if (std::string_view("ABCDEHLMPRST").find(v[8]) == npos) return kReject;
    const int day = (fiscalDigit(v[9]) * 10 + fiscalDigit(v[10])) % 40;  // plus 40 for women
    if (fiscalDigit(v[9]) > 7 || day < 1 || day > 31) return kReject;
    return fiscalCheck(v.chars()) == v[15] ? 1.0F : kReject;
}

float vat(const Value& v) {
    const auto digits = v.chars().substr(static_cast<size_t>(v.n) - 11);
    if (v.n == 13 && v.chars().substr(0, 2) != "IT") return kReject;
    if (digits.find_first_not_of(digits[0]) == npos || !luhn(digits)) return kReject;
    const int office = v.number(v.n - 4, 3);
    const bool known =
        (office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999;
    if (v.n == 13) return known ? 0.95F : 0.8F;
    return known ? 0.4F : 0.2F;
}

float license(const Value& v) {
    if (v[0] != 'U' || v[1] != '1') return kReject;
    for (int i = 2; i < 9; ++i)
        if (std::string_view("AEIOQ").find(v[i]) != npos) return kReject;
    return 0.4F;
}

constexpr ShapeSpec kShapes[] = {
    {Kind::ItFiscalCode, "AAA?AAA?XXAXX?AXXXA", kSpace | kDash, 0, fiscalCode},
    {Kind::ItVatCode, "99999999999", 0, 0, vat},
    {Kind::ItVatCode, "AA?99999999999", kSpace | kDash, 0, vat},
    {Kind::ItDriverLicense, "AA9999999A", 0, 0.2F},
    {Kind::ItDriverLicense, "A9XXXXXXXA", 0, 0, license},
    {Kind::ItIdentityCard, "AA?9999999", kSpace, 0.2F},
    {Kind::ItIdentityCard, "9999999AA", 0, 0.2F},
    {Kind::ItIdentityCard, "AA?99999?AA", kSpace, 0.2F},
    {Kind::ItPassport, "AA?9999999", kSpace, 0.2F},
};

}  // namespace

std::span<const ShapeSpec> itShapes() { return kShapes; }

}  // namespace pii
