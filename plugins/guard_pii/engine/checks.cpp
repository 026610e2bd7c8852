#include "checks.h"

#include "chars.h"

namespace pii {

bool luhn(std::string_view digits) {
    int sum = 0;
    bool twice = false;
    for (size_t i = digits.size(); i-- > 0; twice = !twice) {
        int d = digits[i] - '0';
        if (twice && (d *= 2) > 9) d -= 9;
        sum += d;
    }
    return sum % 10 == 0;
}

bool verhoeff(std::string_view digits) {
    static constexpr char kProduct[10][11] = {"0123456789", "1234067895", "2340178956", "3401289567",
                                              "4012395678", "5987604321", "6598710432", "7659821043",
                                              "8765932104", "9876543210"};
    static constexpr char kPermuted[8][11] = {"0123456789", "1576283094", "5803796142", "8916043527",
                                              "9453126870", "4286573901", "2793806415", "7046913258"};
    int check = 0;
    for (size_t i = 0; i < digits.size(); ++i) {
        const int d = digits[digits.size() - 1 - i] - '0';
        check = kProduct[check][kPermuted[i % 8][d] - '0'] - '0';
    }
    return check == 0;
}

bool mod11_10(std::string_view digits) {
    int product = 10;
    for (size_t i = 0; i + 1 < digits.size(); ++i) {
        int sum = (digits[i] - '0' + product) % 10;
        if (sum == 0) sum = 10;
        product = sum * 2 % 11;
    }
    return (11 - product) % 10 == digits.back() - '0';
}

int mod97(std::string_view chars) {
    int rest = 0;
    for (const char c : chars) {
        if (isDigit(c)) {
            rest = (rest * 10 + c - '0') % 97;
        } else {
            rest = (rest * 100 + c - 'A' + 10) % 97;
        }
    }
    return rest;
}

int icaoDigit(std::string_view chars) {
    static constexpr int kWeights[] = {7, 3, 1};
    int sum = 0;
    for (size_t i = 0; i < chars.size(); ++i)
        sum += (isDigit(chars[i]) ? chars[i] - '0' : chars[i] - 'A' + 10) * kWeights[i % 3];
    return sum % 10;
}

int weighted(const Value& value, std::initializer_list<int> weights, int from) {
    int sum = 0;
    for (const int weight : weights) sum += weight * value.digit(from++);
    return sum;
}

bool isDate(int year, int month, int day) {
    static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) return false;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool isShortDate(int year, int month, int day) { return isDate(2000 + year % 100, month, day); }

bool listed(std::string_view list, std::string_view word) {
    for (size_t i = list.find(word); i != std::string_view::npos; i = list.find(word, i + 1))
        if (i > 0 && list[i - 1] == ' ' && at(list, i + word.size()) == ' ') return true;
    return false;
}

}  // namespace pii
