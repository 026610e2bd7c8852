// France. Sources: INSEE on the NIR (numéro d'inscription au répertoire) and on SIREN and SIRET; BOFiP and
// Wikipedia "Numéro de TVA intracommunautaire" for the key.
#include "chars.h"
#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

float nir(const Value& v) {
    if (v[0] != '1' && v[0] != '2' && v[0] != '3' && v[0] != '4' && v[0] != '7' && v[0] != '8')
        return kReject;
    const int month = v.number(3, 2);
    const bool known = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
    if (!known) return kReject;
    if (isLetter(v[6]) && (v[5] != '2' || v[6] > 'B')) return kReject;  // Corsica: 2A, 2B
    long long number = 0;
    for (int i = 0; i < 13; ++i) number = number * 10 + (isLetter(v[i]) ? 0 : v.digit(i));
    if (v[6] == 'A') number -= 1'000'000;  // counts as 19, and stands here as 20
    if (v[6] == 'B') number -= 2'000'000;  // counts as 18
    return 97 - number % 97 == v.number(13, 2) ? 1.0F : kReject;
}

bool isPost(const Value& v) { return v.chars().substr(0, 9) == "356000000"; }

float siren(const Value& v) {
    if (v.allSame() || !luhn(v.chars())) return kReject;
    return v.grouped() ? 0.35F : 0.2F;
}

float siret(const Value& v) {
    bool right = luhn(v.chars());
    if (isPost(
            v)) {  // La Poste has more offices than Luhn leaves: there the digits add up to a multiple of 5
        int sum = 0;
        for (int i = 0; i < v.n; ++i) sum += v.digit(i);
        right = right || sum % 5 == 0;
    }
    if (!right || v.allSame() || !luhn(v.chars().substr(0, 9))) return kReject;
    return v.grouped() ? 0.6F : 0.45F;
}

int keyValue(char c) {
    static constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    return static_cast<int>(kAlphabet.find(c));
}

float tva(const Value& v) {
    if (v.chars().substr(0, 2) != "FR" || v[2] == 'O' || v[2] == 'I' || v[3] == 'O' || v[3] == 'I')
        return kReject;
    const int number = v.number(4, 9);
    if (isDigit(v[2]) && isDigit(v[3]))
        return v.number(2, 2) == (12 + 3 * (number % 97)) % 97 ? 1.0F : kReject;
    const int a = keyValue(v[2]);
    const int b = keyValue(v[3]);
    const int key = isDigit(v[2]) ? a * 24 + b - 10 : a * 34 + b - 100;
    return (number + key / 11 + 1) % 11 == key % 11 ? 0.95F : 0.3F;
}

constexpr ShapeSpec kShapes[] = {
    {Kind::FrNir, "9?99?99?9X?999?999?99", kSpace | kDash | kDot, 0, nir},
    {Kind::FrSiren, "999?999?999", kSpace | kDot, 0, siren, kAllGaps},
    {Kind::FrSiret, "999?999?999?99999", kSpace | kDot, 0, siret},
    {Kind::FrTva, "AAXX?999?999?999", kSpace | kDot | kDash, 0, tva},
    {Kind::FrTva, "AA!XX?999?999?999", kSpace | kDot | kDash, 0, tva},
};

}  // namespace

std::span<const ShapeSpec> frShapes() { return kShapes; }

}  // namespace pii
