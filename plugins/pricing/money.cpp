#include "money.h"

#include <algorithm>

namespace pricing {

std::string decimalText(Wide value, size_t places) {
    std::string digits;
    for (; value > 0; value /= 10) digits += static_cast<char>('0' + static_cast<int>(value % 10));
    if (digits.size() <= places) digits.append(places + 1 - digits.size(), '0');
    std::reverse(digits.begin(), digits.end());
    std::string fraction = digits.substr(digits.size() - places);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    digits.resize(digits.size() - places);
    digits += '.';
    return digits += fraction.empty() ? "0" : fraction;
}

std::string usdText(Wide pico_usd) { return decimalText(pico_usd, 12); }

}  // namespace pricing
