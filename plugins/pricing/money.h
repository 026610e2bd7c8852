// USD as text.
#pragma once

#include <cstdint>
#include <string>

#include "decimal.h"

namespace pricing {

/// 1e-12 USD as USD with all the digits there are and no exponent: "0.0000425". Not negative.
std::string usdText(Wide pico_usd);
/// `value` / 10^places likewise; `places` is 1 to 40.
std::string decimalText(Wide value, size_t places);

}  // namespace pricing
