// Spain and Brazil. Sources: Ministerio del Interior, "Cálculo del dígito de control del NIF/NIE"; ICAO and
// Policía Nacional for passports; Receita Federal on CPF and CNPJ (with letters from July 2026: Nota Técnica
// COCAD 49/2024).
#include "chars.h"
#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

constexpr std::string_view kLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

float nif(const Value& v) {
    return kLetters[static_cast<size_t>(v.number(0, v.n - 1) % 23)] == v[v.n - 1] ? 0.75F : kReject;
}

float nie(const Value& v) {
    if (v[0] < 'X' || v[0] > 'Z') return kReject;
    int scale = 1;
    for (int i = 1; i < v.n - 1; ++i) scale *= 10;
    const int number = (v[0] - 'X') * scale + v.number(1, v.n - 2);
    return kLetters[static_cast<size_t>(number % 23)] == v[v.n - 1] ? 0.9F : kReject;
}

int cpfDigit(const Value& v, int n) {
    int sum = 0;
    for (int i = 0; i < n; ++i) sum += v.digit(i) * (n + 1 - i);
    const int rest = sum * 10 % 11;
    return rest == 10 ? 0 : rest;
}

float cpf(const Value& v) {
    if (v.allSame() || cpfDigit(v, 9) != v.digit(9) || cpfDigit(v, 10) != v.digit(10)) return kReject;
    return v.groups() == 4 ? 1.0F : 0.6F;
}

// A character counts as its ASCII code minus 48: digits as ever, letters from 17.
int cnpjDigit(const Value& v, int n) {
    int sum = 0;
    int weight = 2;
    for (int i = n - 1; i >= 0; --i, weight = weight == 9 ? 2 : weight + 1) sum += (v[i] - '0') * weight;
    const int rest = sum % 11;
    return rest < 2 ? 0 : 11 - rest;
}

float cnpj(const Value& v) {
    if (v.allSame() || cnpjDigit(v, 12) != v.digit(12) || cnpjDigit(v, 13) != v.digit(13)) return kReject;
    return v.groups() == 5 ? 1.0F : 0.7F;
}

constexpr std::string_view kLettered =
    "XX?XX"
    "X?XX"
    "X?XX"
    "XX?99";
constexpr ShapeSpec kShapes[] = {
    {Kind::EsNif, "99999999?A", kDash | kSpace, 0, nif},
    {Kind::EsNif, "9999999?A", kDash | kSpace, 0, nif},
    {Kind::EsNif, "99!999!999?A", kDot | kDash, 0, nif, kMixed},
    {Kind::EsNie, "A?9999999?A", kDash | kSpace, 0, nie},
    {Kind::EsNie, "A99999999?A", kDash | kSpace, 0, nie},
    {Kind::EsPassport, "AAA999999", 0, 0.2F},
    {Kind::BrCpf, "999?999?999?99", kDot | kDash | kSpace, 0, cpf, kMixed},
    {Kind::BrCnpj, "99?999?999?9999?99", kDot | kSlash | kDash | kSpace, 0, cnpj, kMixed},
    {Kind::BrCnpj, kLettered, kDot | kSlash | kDash, 0, cnpj, kMixed | kAllGaps},
};

}  // namespace

std::span<const ShapeSpec> iberiaShapes() { return kShapes; }

}  // namespace pii
