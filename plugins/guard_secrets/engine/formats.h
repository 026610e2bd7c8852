// Tokens that say by their prefix what they are. A format is a row: prefix, shape of the rest, entity.
// README.md names the public source of each.
#pragma once

#include "shape.h"

#include <span>

namespace secrets {

/// What a token has to pass besides its shape.
enum class Check : uint8_t {
    None,
    Crc,       // GitHub's and npm's checksum: it moves the score, or decides (Options::strict_checksums)
    Random,    // too general a prefix: the rest has to look random
    Jwt,       // the first part is a JSON object with "alg"
    Before15,  // 14 letters or digits and a dot stand before the prefix and belong to it
    Bare,      // the same, and no part of a path: not behind '/', '.', '-'
};

struct Format {
    std::string_view prefix;
    std::string_view shape;
    std::string_view entity;
    Check check = Check::None;
};

std::span<const Format> cloudFormats();
std::span<const Format> forgeFormats();
std::span<const Format> serviceFormats();
std::span<const Format> aiFormats();

}  // namespace secrets
