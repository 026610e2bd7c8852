// What a value looks like: random, like words, like something that only stands in the place of a secret.
#pragma once

#include "bytes.h"

#include <string_view>

namespace secrets {

/// Of at most 256 bytes; what is longer is judged by its first 256.
struct Looks {
    explicit Looks(std::string_view text);

    size_t size = 0, lowers = 0, uppers = 0, digits = 0, others = 0;
    size_t distinct = 0;  // different bytes
    size_t repeats = 0;   // longest run of one byte
    size_t changes = 0;   // between lower, upper, digit and other: many in random text, few in names
    size_t steps = 0;     // bytes that follow their neighbour by one: abc, 123
    double entropy = 0;   // Shannon, bits a byte
    bool hex = true;      // hexadecimal digits only, of one case
    size_t letters() const { return lowers + uppers; }
    int kinds() const { return (lowers > 0) + (uppers > 0) + (digits > 0) + (others > 0); }
};

/// The entropy that a random text of this length has at least, of 64 or (hex) 16 symbols: a part of what is
/// possible, since a short text cannot show more than log2 of its length. Not above `limit`.
double expectedEntropy(size_t size, bool hex, double limit);

/// Random enough for a token whose prefix alone proves little.
bool looksRandom(std::string_view text);

/// Stands for a secret: <your-key>, ${KEY}, {{ key }}, xxxx, ****, "changeme", "my-example-token". Of
/// `random` text only long words count, since short ones come up by chance.
bool isPlaceholder(std::string_view text);

/// Only letters in words, joined by '-', '_', '.', '/', or with small numbers: "us-east-1", "access_token",
/// "v1.2".
bool looksNatural(std::string_view text);

/// 8-4-4-4-12 hexadecimal digits.
bool isUuid(std::string_view text);

/// A name that documentation gives a value that cannot be one: string, required, none, true.
bool isLiteral(std::string_view text);

/// A well-known value of public documentation, such as the access key of AWS's manual.
bool isKnownExample(std::string_view text);

}  // namespace secrets
