#include <array>

#include "prebuilt.h"

namespace guard_content {

namespace {

// The digits of a number as people write it: single spaces, dashes or dots between them.
struct Digits {
    std::array<char, 24> digit{};
    std::array<size_t, 24> end{};  // of the text, behind each digit
    size_t count = 0;

    /// Is something between digit i and the one before it?
    bool gapBefore(size_t i) const { return end[i] - end[i - 1] > 1; }
    std::string_view view(size_t n) const { return {digit.data(), n}; }
};

constexpr CharSet kCardSeparators(" -"), kPhoneSeparators(" -."), kBrackets(" -.()"), kAnySeparator(" -./");

// `gap`: so many separators may stand between two digits.
Digits digitsAt(std::string_view text, size_t at, const CharSet& separators, size_t gap = 1) {
    Digits out;
    while (at < text.size() && out.count < out.digit.size()) {
        size_t next = at;
        while (next - at < gap && separators.has(charOr0(text, next))) ++next;
        if (!isDigit(charOr0(text, next)) || (out.count == 0 && next > at)) break;
        out.digit[out.count] = text[next];
        out.end[out.count++] = at = next + 1;
    }
    return out;
}

// ISO/IEC 7812-1, annex B.
bool luhn(std::string_view digits) {
    int sum = 0;
    for (size_t i = 0; i < digits.size(); ++i) {
        int d = digits[digits.size() - 1 - i] - '0';
        if (i % 2 == 1) d = d * 2 > 9 ? d * 2 - 9 : d * 2;
        sum += d;
    }
    return sum % 10 == 0;
}

int numberOf(std::string_view digits, size_t n) {
    int value = 0;
    for (size_t i = 0; i < n; ++i) value = value * 10 + (digits[i] - '0');
    return value;
}

// How many digits a card of that network has with these first digits; 0: it is none of it.
size_t cardLength(std::string_view network, std::string_view digits) {
    if (digits.size() < 13) return 0;
    const int two = numberOf(digits, 2), three = numberOf(digits, 3), four = numberOf(digits, 4);
    const bool any = network == "credit_card";
    if ((any || network == "visa") && digits[0] == '4') return 16;
    if ((any || network == "mastercard") && ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)))
        return 16;
    if ((any || network == "amex") && (two == 34 || two == 37)) return 15;
    if ((any || network == "discover") && (four == 6011 || two == 65 || (three >= 644 && three <= 649)))
        return 16;
    return 0;
}

// A number does not begin behind "1-" or "1.": it is the rest of another.
bool beginsNumber(std::string_view text, size_t at) {
    if (at == 0) return true;
    const char before = text[at - 1];
    if (isAlnum(before) || before == '_') return false;
    const bool joins = before == '-' || before == '.' || before == '/';
    return !(joins && at >= 2 && isDigit(text[at - 2]));
}

bool fits(char c, char shape) {
    switch (shape) {
        case 'd':
            return isDigit(c);
        case 'A':
            return isUpper(c);
        case 'X':
            return isDigit(c) || isUpper(c);
        default:
            return c == shape;
    }
}

// The end of what has the shape that begins at `shape`; 0 if nothing has. `shape` goes on behind it.
size_t shapeEnd(std::string_view text, size_t at, std::string_view shapes, size_t& shape) {
    bool right = true;
    for (; shape < shapes.size() && shapes[shape] != '|'; ++shape)
        right = right && fits(charOr0(text, at++), shapes[shape]);
    ++shape;
    return right && endsNumber(text, at) ? at : 0;
}

std::string_view kCountries =  // ISO 13616 registry: country and length of its IBANs
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22GE22"
    "GI23GL18"
    "GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21MC27MD24ME22MK19MR27MT31MU30NL18"
    "NO15"
    "PK24PL28PS29PT25QA29RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20";

size_t ibanLength(char first, char second) {
    for (size_t i = 0; i + 4 <= kCountries.size(); i += 4)
        if (kCountries[i] == first && kCountries[i + 1] == second)
            return static_cast<size_t>(numberOf(kCountries.substr(i + 2), 2));
    return 0;
}

// ISO 7064, modulo 97: country and check digits go to the end, letters count 10 to 35.
bool ibanValid(std::string_view iban) {
    int rest = 0;
    for (size_t i = 0; i < iban.size(); ++i) {
        const char c = iban[(i + 4) % iban.size()];
        rest = isDigit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
    }
    return rest == 1;
}

// Ten digits of the North American plan, or eleven with a 1: area code and exchange begin with 2 to 9, and
// the groups are of three, three and four digits.
bool nanp(const Digits& digits) {
    const size_t first = digits.count == 11 && digits.digit[0] == '1' ? 1 : 0;
    if (digits.count != first + 10 || digits.digit[first] < '2' || digits.digit[first + 3] < '2')
        return false;
    for (size_t i = 1; i < digits.count; ++i)
        if (digits.gapBefore(i) && i != first && i != first + 3 && i != first + 6) return false;
    return true;
}

// "+44 20 7946 0958", "+1 (212) 555-0123"; E.164: at most 15 digits, no country begins with 0.
Extent phoneWithPlus(std::string_view text, size_t at, std::string_view country) {
    if (at > 0 && (isAlnum(text[at - 1]) || text[at - 1] == '+')) return {};
    const Digits digits = digitsAt(text, at + 1, kBrackets, 2);
    if (digits.count < 8 || digits.count > 15 || digits.digit[0] == '0') return {};
    if (digits.view(country.size()) != country) return {};
    const size_t end = digits.end[digits.count - 1];
    return endsNumber(text, end) ? Extent{at, end} : Extent{};
}

// Behind a '+' number the groups of that number are no numbers of their own.
bool insidePlus(std::string_view text, size_t at) {
    for (size_t i = at; i > 0 && at - i < 24; --i) {
        const char c = text[i - 1];
        if (c == '+') return true;
        if (!isDigit(c) && !kBrackets.has(c)) return false;
    }
    return false;
}

}  // namespace

bool validSsn(std::string_view digits) {
    const int area = numberOf(digits, 3);
    return area != 0 && area != 666 && area < 900 && numberOf(digits.substr(3), 2) != 0 &&
           numberOf(digits.substr(5), 4) != 0;
}

Extent recogniseShape(std::string_view text, size_t at, const Prebuilt& self) {
    if (!beginsNumber(text, at)) return {};
    for (size_t shape = 0; shape < self.shapes.size();) {
        const size_t end = shapeEnd(text, at, self.shapes, shape);
        if (end == 0) continue;
        bool digit = false;
        for (size_t i = at; i < end; ++i) digit |= isDigit(text[i]);
        if (!digit) continue;
        if (!self.valid) return {at, end};
        const Digits digits = digitsAt(text, at, kAnySeparator);
        if (self.valid(digits.view(digits.count))) return {at, end};
    }
    return {};
}

Extent recogniseCard(std::string_view text, size_t at, const Prebuilt& self) {
    if (!isDigit(text[at]) || !beginsNumber(text, at)) return {};
    const Digits digits = digitsAt(text, at, kCardSeparators);
    const size_t length = cardLength(self.name, digits.view(digits.count));
    if (length == 0 || digits.count < length) return {};
    const size_t end = digits.end[length - 1];
    // Sixteen digits in a row are often something else; in groups they are a card, whatever their sum.
    const bool grouped = end - at >= length + (length == 15 ? 2 : 3);
    if (!endsNumber(text, end) || (!grouped && !luhn(digits.view(length)))) return {};
    return {at, end};
}

Extent recognisePhone(std::string_view text, size_t at, const Prebuilt& self) {
    const bool french = self.name == "fr_phone";
    if (text[at] == '+') return phoneWithPlus(text, at, self.name == "phone" ? "" : french ? "33" : "1");
    if (!beginsNumber(text, at)) return {};
    size_t first = at;
    Digits digits;
    if (text[at] == '(') {  // (212) 555-0123
        if (!isDigit(charOr0(text, at + 1)) || charOr0(text, at + 4) != ')') return {};
        first = at + 1;
        digits = digitsAt(text, first, kBrackets, 2);
    } else {
        // "1 1 1 …" is no number: a country's 1 is followed by three digits.
        if (!french && !isDigit(charOr0(text, at + 1)) && !isDigit(charOr0(text, at + 3))) return {};
        digits = digitsAt(text, first, kPhoneSeparators);
    }
    if (digits.count == 0) return {};
    const size_t end = digits.end[digits.count - 1];
    if (!endsNumber(text, end)) return {};
    const bool right =
        french ? digits.count == 10 && digits.digit[0] == '0' && digits.digit[1] != '0' : nanp(digits);
    return right && !insidePlus(text, at) ? Extent{at, end} : Extent{};
}

Extent recogniseIban(std::string_view text, size_t at, const Prebuilt&) {
    if (!isUpper(text[at]) || !isUpper(charOr0(text, at + 1)) || !isDigit(charOr0(text, at + 2))) return {};
    const size_t length = ibanLength(text[at], text[at + 1]);
    std::array<char, 34> iban{};
    size_t count = 0, end = at;
    for (; end < text.size() && count < length; ++end) {
        if (isDigit(text[end]) || isUpper(text[end]))
            iban[count++] = text[end];
        else if (text[end] != ' ' || count % 4 != 0)
            break;
    }
    if (length == 0 || count != length || !endsWord(text, end)) return {};
    return ibanValid({iban.data(), count}) ? Extent{at, end} : Extent{};
}

}  // namespace guard_content
