// Driving licences of the states of the USA: letters and digits as the states' motor vehicle offices describe
// them (the collection of AAMVA and NTSI). No state publishes a check digit: all of these are weak without a
// word.
#include "chars.h"
#include "recognisers.h"

namespace pii {
namespace {

constexpr float kDigits = 0.01F;  // any number of that length
constexpr float kLetters = 0.2F;

constexpr ShapeSpec kShapes[] = {
    {Kind::UsDriverLicense, "999999", 0, kDigits},
    {Kind::UsDriverLicense, "9999999", 0, 0.15F},          // TX, TN, ME, DC, CT's neighbours
    {Kind::UsDriverLicense, "99999999", 0, 0.15F},         // PA, TX, NY, LA
    {Kind::UsDriverLicense, "999999999", 0, 0.15F},        // most states
    {Kind::UsDriverLicense, "9999999999", 0, kDigits},     // NV, IN, WY
    {Kind::UsDriverLicense, "99999999999", 0, kDigits},    // SC
    {Kind::UsDriverLicense, "999999999999", 0, kDigits},   // NC, SD
    {Kind::UsDriverLicense, "9999999999999", 0, kDigits},  // MT
    {Kind::UsDriverLicense, "99999999999999", 0, kDigits},
    {Kind::UsDriverLicense, "9999999999999999", 0, kDigits},  // NY
    {Kind::UsDriverLicense, "A999", 0, 0.05F},                // CO
    {Kind::UsDriverLicense, "A9999", 0, 0.05F},
    {Kind::UsDriverLicense, "A99999", 0, 0.1F},                              // MO, OH
    {Kind::UsDriverLicense, "A999999", 0, kLetters},                         // RI, NE
    {Kind::UsDriverLicense, "A9999999", 0, kLetters},                        // CA, NY
    {Kind::UsDriverLicense, "A99999999", 0, kLetters},                       // AZ, HI, MA, VA, KS, NV
    {Kind::UsDriverLicense, "A999999999", 0, kLetters},                      // KY, OK, IN
    {Kind::UsDriverLicense, "A9999999999", 0, kLetters},                     // MI
    {Kind::UsDriverLicense, "A99999999999", 0, kLetters},                    // IL
    {Kind::UsDriverLicense, "A999999999999", 0, kLetters},                   // FL, MD, MI, MN
    {Kind::UsDriverLicense, "A9999999999999", 0, kLetters},                  // WI
    {Kind::UsDriverLicense, "A99999999999999", 0, kLetters},                 // NJ
    {Kind::UsDriverLicense, "A999999999999999999", 0, kLetters},             // NY
    {Kind::UsDriverLicense, "A999!9999!9999", kDash, kLetters},              // IL
    {Kind::UsDriverLicense, "A999!999!99!999!9", kDash, kLetters},           // FL
    {Kind::UsDriverLicense, "A999!9999!9999!99", kDash, kLetters},           // WI
    {Kind::UsDriverLicense, "A9999!99999!99999", kDash | kSpace, kLetters},  // NJ
    {Kind::UsDriverLicense, "AA99", 0, 0.05F},                               // CO
    {Kind::UsDriverLicense, "AA999", 0, 0.05F},
    {Kind::UsDriverLicense, "AA9999", 0, 0.1F},
    {Kind::UsDriverLicense, "AA99999", 0, kLetters},  // WV
    {Kind::UsDriverLicense, "AA999999", 0, kLetters},
    {Kind::UsDriverLicense, "AA9999999", 0, kLetters},   // OH
    {Kind::UsDriverLicense, "AA999999A", 0, kLetters},   // ID
    {Kind::UsDriverLicense, "AAA999999", 0, kLetters},   // ND
    {Kind::UsDriverLicense, "A999999A", 0, kLetters},    // MO: ends in R
    {Kind::UsDriverLicense, "999A999999", 0, kLetters},  // MO
    {Kind::UsDriverLicense, "99999999AA", 0, kLetters},  // MO
    {Kind::UsDriverLicense, "999999999A", 0, kLetters},  // MO
    {Kind::UsDriverLicense, "99AAA99999", 0, kLetters},  // NH
    {Kind::UsDriverLicense, "99AAA999999", 0, kLetters},
    {Kind::UsDriverLicense, "999AA9999", 0, kLetters},  // IA
    {Kind::UsDriverLicense, "A9A9A", 0, 0.1F},          // KS
    {Kind::UsDriverLicense, "9999999A", 0, kLetters},   // ME, VT
    {Kind::UsDriverLicense, "99999999A", 0, kLetters},
    {Kind::UsDriverLicense, "AAA99A999A99", 0, kLetters},  // WA, WDL…
    {Kind::UsDriverLicense, "AAAAAAA999AA", 0, kLetters},  // WA before 2018
    {Kind::UsDriverLicense, "AAAAAAA999A9", 0, kLetters},
};

constexpr size_t kStarred = 12;

bool isStarred(char c) { return isUpper(c) || isDigit(c) || c == '*'; }

}  // namespace

void findStarred(Pass& pass, size_t begin) {
    const auto text = pass.text;
    size_t back = 0;
    while (back <= kStarred && begin > back && isStarred(text[begin - back - 1])) ++back;
    begin -= back;
    size_t end = begin;
    while (end - begin <= kStarred && isStarred(at(text, end))) ++end;
    if (end - begin == kStarred && isUpper(at(text, begin)) && !touchesLeft(text, begin) &&
        !touchesRight(text, end))
        pass.add(Kind::UsDriverLicense, begin, end, kLetters);
}

std::span<const ShapeSpec> usLicenseShapes() { return kShapes; }

}  // namespace pii
