// India. Sources: Income Tax Department on PAN (fourth letter: kind of holder); UIDAI on Aadhaar (Verhoeff,
// first digit 2 to 9); GSTN on GSTIN (state, PAN, entity, Z, check); ECI on voter numbers; passports as
// Passport Seva prints them; registration marks: Central Motor Vehicles Rules and Wikipedia "Vehicle
// registration plates of India".
#include <algorithm>

#include "chars.h"
#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

bool in(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

float pan(const Value& v) { return in("ABCFGHLJPTKE", v[3]) ? 0.75F : 0.3F; }

// A PAN that was mistyped or read badly: ten letters and digits, four digits of them in a row.
float mangledPan(const Value& v) {
    const auto digits = v.run.digits & v.run.maskOf(10);
    const bool four = (digits & digits >> 1 & digits >> 2 & digits >> 3) != 0;
    return four && digits != v.run.maskOf(10) ? 0.05F : kReject;
}

float aadhaar(const Value& v) {
    const auto digits = v.chars();
    if (v[0] < '2' || !verhoeff(digits)) return kReject;
    if (std::equal(digits.begin(), digits.begin() + 6, digits.rbegin()))
        return kReject;  // never a palindrome
    return v.groups() == 3 ? 0.6F : 0.4F;
}

float gstin(const Value& v) {
    const int state = v.number(0, 2);
    if (state < 1 || (state > 37 && state != 97 && state != 99) || v[12] == '0' || v[13] != 'Z')
        return kReject;
    int sum = 0;
    for (int i = 0; i < 14; ++i) {
        const int product = (isDigit(v[i]) ? v.digit(i) : v[i] - 'A' + 10) * (i % 2 + 1);
        sum += product / 36 + product % 36;
    }
    const int check = (36 - sum % 36) % 36;
    const char wanted = static_cast<char>(check < 10 ? '0' + check : 'A' + check - 10);
    return wanted == v[14] ? 1.0F : 0.8F;
}

float passport(const Value& v) { return !in("QXZ", v[0]) && v[1] != '0' && v[7] != '0' ? 0.2F : kReject; }

// The states, and the highest number of an office in each (0: any).
struct State {
    std::string_view code;
    int offices;
};
constexpr State kStates[] = {
    {"AN", 5},  {"AP", 45}, {"AR", 30}, {"AS", 38}, {"BR", 60}, {"CG", 35}, {"CH", 5},  {"DD", 5},
    {"DL", 20}, {"DN", 10}, {"GA", 14}, {"GJ", 42}, {"HP", 98}, {"HR", 98}, {"JH", 28}, {"JK", 24},
    {"KA", 75}, {"KL", 90}, {"LA", 5},  {"LD", 10}, {"MH", 60}, {"ML", 15}, {"MN", 10}, {"MP", 75},
    {"MZ", 12}, {"NL", 12}, {"OD", 38}, {"OR", 38}, {"PB", 95}, {"PY", 6},  {"RJ", 65}, {"SK", 10},
    {"TN", 0},  {"TR", 10}, {"TS", 40}, {"TG", 40}, {"UA", 20}, {"UK", 24}, {"UP", 97}, {"WB", 98}};

const State* stateOf(const Value& v) {
    const auto code = v.chars().substr(0, 2);
    const auto* state = std::find_if(std::begin(kStates), std::end(kStates),
                                     [code](const State& s) { return s.code == code; });
    return state == std::end(kStates) ? nullptr : state;
}

// Is there such a state, and does it have that many offices?
bool state(const Value& v) {
    const auto* state = stateOf(v);
    if (!state) return false;
    const int office = isDigit(v[3]) ? v.number(2, 2) : v.digit(2);
    return office > 0 && (state->offices == 0 || office <= state->offices);
}

float plate(const Value& v) {
    int zeros = 0;
    for (int i = v.n - 1; i >= 0 && isDigit(v[i]); --i) zeros += v[i] == '0' ? 0 : 1;
    if (!state(v) || zeros == 0) return kReject;  // the last number is never 0000
    return v.anyLower() ? 0.3F : 0.5F;
}

float plateSeries(const Value& v) { return v[2] == 'B' && v[3] == 'H' ? 0.5F : kReject; }
float plateOld(const Value& v) {
    return v.number(v.n - 4, 4) != 0 ? (v.n == 6 && stateOf(v) ? 0.2F : 0.05F) : kReject;
}
float plateMission(const Value& v) {
    const auto kind = v.chars().substr(static_cast<size_t>(v.run.digits & 4   ? 3
                                                           : v.run.digits & 2 ? 2
                                                                              : 1),
                                       2);
    return kind == "CD" || kind == "CC" || kind == "UN" ? 0.4F : kReject;
}

constexpr uint8_t kSeps = kSpace | kDash;
constexpr ShapeSpec kShapes[] = {
    {Kind::InPan, "AAAAA9999A", 0, 0, pan},
    {Kind::InPan, "XXXXXXXXXX", 0, 0, mangledPan},
    {Kind::InAadhaar, "9999?9999?9999", kSpace | kDash | kColon, 0, aadhaar, kAllGaps},
    {Kind::InGstin, "99AAAAA9999AXAX", 0, 0, gstin},
    {Kind::InVoter, "AAA9999999", 0, 0.25F},
    {Kind::InPassport, "A99?99999", kSpace, 0, passport},
    {Kind::InVehicleRegistration, "AA?99?A?9999", kSeps, 0, plate},
    {Kind::InVehicleRegistration, "AA?99?AA?9999", kSeps, 0, plate},
    {Kind::InVehicleRegistration, "AA?99?AAA?9999", kSeps, 0, plate},
    {Kind::InVehicleRegistration, "AA?9?A?9999", kSeps, 0, plate},
    {Kind::InVehicleRegistration, "AA?9?AA?9999", kSeps, 0, plate},
    {Kind::InVehicleRegistration, "AA?9?AAA?9999", kSeps, 0, plate},
    {Kind::InVehicleRegistration, "AA?99?A?999", kSeps, 0, plate},
    {Kind::InVehicleRegistration, "AA?99?AA?999", kSeps, 0, plate},
    {Kind::InVehicleRegistration, "99?AA?9999?A", kSeps, 0, plateSeries},
    {Kind::InVehicleRegistration, "99?AA?9999?AA", kSeps, 0, plateSeries},
    {Kind::InVehicleRegistration, "99A999999A", 0, 0.2F},  // armed forces
    {Kind::InVehicleRegistration, "AAA9999", 0, 0, plateOld},
    {Kind::InVehicleRegistration, "AA9999", 0, 0, plateOld},
    {Kind::InVehicleRegistration, "A99999", 0, 0, plateOld},
    {Kind::InVehicleRegistration, "A9999", 0, 0, plateOld},
    {Kind::InVehicleRegistration, "9?AA?999", kSpace, 0, plateMission},
    {Kind::InVehicleRegistration, "99?AA?99", kSpace, 0, plateMission},
    {Kind::InVehicleRegistration, "99?AA?999", kSpace, 0, plateMission},
    {Kind::InVehicleRegistration, "999?AA?99", kSpace, 0, plateMission},
    {Kind::InVehicleRegistration, "999?AA?999", kSpace, 0, plateMission},
};

}  // namespace

std::span<const ShapeSpec> inShapes() { return kShapes; }

}  // namespace pii
