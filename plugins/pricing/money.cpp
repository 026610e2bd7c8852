#include "money.h"

namespace pricing {

std::string usdText(int64_t pico_usd) {
    constexpr size_t kPlaces = 12;
    const std::string digits = std::to_string(pico_usd);
    const size_t zeros = digits.size() <= kPlaces ? kPlaces + 1 - digits.size() : 0;
    std::string out(zeros, '0');
    out += digits;
    std::string fraction = out.substr(out.size() - kPlaces);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    out.resize(out.size() - kPlaces);
    out += '.';
    return out += fraction.empty() ? "0" : fraction;
}

}  // namespace pricing
