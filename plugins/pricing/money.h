// USD as text.
#pragma once

#include <cstdint>
#include <string>

namespace pricing {

/// 1e-12 USD as USD with all the digits there are and no exponent: "0.0000425". Not negative.
std::string usdText(int64_t pico_usd);

}  // namespace pricing
