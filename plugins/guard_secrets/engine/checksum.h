// The checksum in tokens of GitHub and npm: the last six characters are the CRC-32 of those before them,
// behind the prefix, in base 62 (0-9, A-Z, a-z). See GitHub's article on its token formats of 2021.
#pragma once

#include <string>
#include <string_view>

namespace secrets {

/// `body` is the token without its prefix.
bool hasChecksum(std::string_view body);

/// The six characters for the characters before them.
std::string checksumOf(std::string_view random);

}  // namespace secrets
