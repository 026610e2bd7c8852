// Check digits and ranges that the recognisers share.
#pragma once

#include <initializer_list>
#include <string_view>

#include "run.h"

namespace pii {

/// ISO/IEC 7812-1, annex B: doubles every second digit from the right. Digits only.
bool luhn(std::string_view digits);
/// J. Verhoeff, 1969: dihedral group D5.
bool verhoeff(std::string_view digits);
/// ISO 7064, MOD 11,10 ("hybrid"): the last digit checks the others.
bool mod11_10(std::string_view digits);
/// ISO 7064 as IBAN uses it: letters are 10 to 35, the whole modulo 97.
int mod97(std::string_view chars);
/// ICAO 9303: weights 7, 3, 1; letters are 10 to 35. The digit.
int icaoDigit(std::string_view chars);
/// Sum of digits times weights, from the left.
int weighted(const Value& value, std::initializer_list<int> weights, int from = 0);

/// A day that the calendar has; year 0 to 9999.
bool isDate(int year, int month, int day);
/// The same without century: 29 February is allowed if some year of that number has it.
bool isShortDate(int year, int month, int day);

/// Is the two-letter (or longer) word in a list that has a space on both sides of each entry?
bool listed(std::string_view list, std::string_view word);

}  // namespace pii
