// SHA-256 as people write it.
#pragma once

#include <string>
#include <string_view>

namespace sluice::base {

/// 64 lower-case hex digits.
std::string sha256Hex(std::string_view bytes);

}  // namespace sluice::base
