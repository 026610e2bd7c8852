#include "decimal.h"

#include <algorithm>

namespace pricing {
namespace {

constexpr Wide kMantissaMax = static_cast<Wide>(1) << 100;  // leaves room for a digit more
constexpr int kExponentMax = 400;                           // beyond it is nonsense, and the loops stay short

bool isDigit(char c) { return c >= '0' && c <= '9'; }

struct Number {
    Wide mantissa = 0;
    int exponent = 0;
    bool more = false;  // digits behind those of the mantissa that are not all zero
};

void addDigit(Number& n, char c, bool fraction) {
    if (n.mantissa >= kMantissaMax) {
        n.more |= c != '0';
        n.exponent += fraction ? 0 : 1;
        return;
    }
    n.mantissa = n.mantissa * 10 + (c - '0');
    n.exponent -= fraction ? 1 : 0;
}

bool readExponent(std::string_view text, Number& n) {
    const bool minus = !text.empty() && text[0] == '-';
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
    if (text.empty() || !std::all_of(text.begin(), text.end(), isDigit)) return false;
    int value = 0;
    for (const char c : text) value = std::min(value * 10 + (c - '0'), 2 * kExponentMax);
    n.exponent += minus ? -value : value;
    return true;
}

std::optional<Number> read(std::string_view text) {
    Number n;
    size_t i = 0;
    while (i < text.size() && isDigit(text[i])) addDigit(n, text[i++], false);
    if (i == 0) return std::nullopt;
    if (i < text.size() && text[i] == '.') {
        const size_t begin = ++i;
        while (i < text.size() && isDigit(text[i])) addDigit(n, text[i++], true);
        if (i == begin) return std::nullopt;
    }
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        if (!readExponent(text.substr(i + 1), n)) return std::nullopt;
        i = text.size();
    }
    return i == text.size() ? std::optional(n) : std::nullopt;
}

}  // namespace

std::optional<int64_t> scaled(std::string_view text, int places) {
    const auto number = read(text);
    if (!number) return std::nullopt;
    Wide value = number->mantissa;
    int exponent = number->exponent + places;
    if (value == 0) return 0;
    for (; exponent > 0; --exponent) {
        value *= 10;
        if (value > INT64_MAX) return std::nullopt;
    }
    bool more = number->more;
    int last = 0;  // the digit behind the last one that stays
    for (; exponent < 0 && (value != 0 || last != 0); ++exponent) {
        more |= last != 0;
        last = static_cast<int>(value % 10);
        value /= 10;
    }
    const bool up = last > 5 || (last == 5 && (more || value % 2 == 1));
    value += up ? 1 : 0;
    return value > INT64_MAX ? std::nullopt : std::optional(static_cast<int64_t>(value));
}

int64_t divided(Wide value, Wide divisor) {
    Wide result = value / divisor;
    const Wide rest = value % divisor, half = divisor - rest;
    if (rest > half || (rest == half && result % 2 == 1)) ++result;
    return result > INT64_MAX ? INT64_MAX : static_cast<int64_t>(result);
}

}  // namespace pricing
