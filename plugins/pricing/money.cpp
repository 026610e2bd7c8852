#include "money.h"

#include <array>
#include <limits>

namespace pricing {

std::string decimalText(Wide value, size_t places) {
    std::array<char, 48> room;  // 2^127 has 39 digits
    char* const end = room.data() + room.size();
    char* first = end;
    const auto put = [&first](uint64_t digit) { *--first = static_cast<char>('0' + digit); };
    for (; value > std::numeric_limits<int64_t>::max(); value /= 10) put(static_cast<uint64_t>(value % 10));
    // Nearly all money fits a register, where dividing by ten is a multiplication.
    for (auto rest = static_cast<uint64_t>(value); rest > 0; rest /= 10) put(rest % 10);
    while (static_cast<size_t>(end - first) <= places) put(0);
    char* const fraction = end - places;
    char* last = end;
    while (last > fraction + 1 && last[-1] == '0') --last;
    std::string out;
    out.reserve(static_cast<size_t>(last - first) + 1);
    return out.append(first, fraction).append(1, '.').append(fraction, last);
}

std::string usdText(Wide pico_usd) { return decimalText(pico_usd, 12); }

}  // namespace pricing
