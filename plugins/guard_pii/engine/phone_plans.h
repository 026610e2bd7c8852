// Country codes and how long a national number is there.
#pragma once

#include <string_view>

namespace pii {

struct PhonePlan {
    int code = 0;             // digits of the country code; 0: no such code
    int min = 0, max = 0;     // digits of a number behind it
    bool zero_stays = false;  // a leading 0 is a part of the number (Italy)
    bool known() const { return code != 0; }
};

/// The plan of the number that begins with its country code. At least one digit must stand behind the code.
PhonePlan planOf(std::string_view digits);

}  // namespace pii
