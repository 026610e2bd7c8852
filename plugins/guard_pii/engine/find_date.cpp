// Dates and times as people and machines write them (ISO 8601; day first, month first; names of months in
// English, German, French, Spanish), and ages.
#include <algorithm>
#include <array>

#include "chars.h"
#include "checks.h"
#include "recognisers.h"

namespace pii {
namespace {

struct Digits {
    int value = 0;
    int n = 0;
};

Digits readDigits(std::string_view text, size_t i, int max) {
    Digits d;
    while (d.n < max + 1 && isDigit(at(text, i))) {
        d.value = d.value * 10 + (text[i++] - '0');
        ++d.n;
    }
    return d;
}

size_t two(std::string_view text, size_t i, int max) {  // two digits up to `max`: where they end, or 0
    const auto d = readDigits(text, i, 2);
    return d.n == 2 && d.value <= max ? i + 2 : 0;
}

// "T14:30:00.123Z", " 11:34": where it ends, or `i` if there is none.
size_t timeEnd(std::string_view text, size_t i) {
    const char t = at(text, i);
    if (t != 'T' && t != 't' && t != ' ') return i;
    size_t k = two(text, i + 1, 24);
    if (k == 0 || at(text, k) != ':') return i;
    k = two(text, k + 1, 59);
    if (k == 0) return i;
    if (at(text, k) == ':' && two(text, k + 1, 60) != 0) k += 3;
    if ((at(text, k) == '.' || at(text, k) == ',') && isDigit(at(text, k + 1))) {
        const auto fraction = readDigits(text, k + 1, 9);
        if (fraction.n <= 9) k += 1 + static_cast<size_t>(fraction.n);
    }
    if (at(text, k) == 'Z' || at(text, k) == 'z') return k + 1;
    if (at(text, k) == '+' || at(text, k) == '-') {
        if (const size_t hours = two(text, k + 1, 14)) {
            const size_t minutes = two(text, at(text, hours) == ':' ? hours + 1 : hours, 59);
            k = minutes != 0 ? minutes : hours;
        }
    }
    return k;
}

constexpr std::string_view kMonths =
    " jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august "
    "september october "
    "november december januar februar märz mai juni juli oktober dezember janvier février mars avril juin "
    "juillet août "
    "septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre "
    "octubre noviembre "
    "diciembre ";

bool isMonth(std::string_view word) {
    std::array<char, 12> low{};
    if (word.size() < 3 || word.size() > low.size()) return false;
    std::transform(word.begin(), word.end(), low.begin(), lower);
    return listed(kMonths, {low.data(), word.size()});
}

bool isNamePart(char c) { return isLetter(c) || isHigh(c); }

size_t nameEnd(std::string_view text, size_t i) {
    const size_t from = i;
    while (i - from < 13 && isNamePart(at(text, i))) ++i;
    return i;
}

bool free(std::string_view text, size_t begin, size_t end) {
    if (touchesLeft(text, begin) || touchesRight(text, end)) return false;
    const auto hangs = [](char c) { return c == '/' || c == '-' || c == '.'; };
    if (begin > 1 && hangs(text[begin - 1]) && isDigit(text[begin - 2])) return false;
    return !(hangs(at(text, end)) && isDigit(at(text, end + 1)));
}

// 2024-03-15, with a time if one follows.
bool isoDate(Pass& pass, size_t begin) {
    const auto text = pass.text;
    const auto year = readDigits(text, begin, 4);
    if (year.n != 4 || year.value < 1000 || year.value > 2999) return false;
    const char sep = at(text, begin + 4);
    if (sep != '-' && sep != '/' && sep != '.') return false;
    const auto month = readDigits(text, begin + 5, 2);
    const size_t day_at = begin + 6 + static_cast<size_t>(month.n);
    if (month.n == 0 || month.n > 2 || at(text, day_at - 1) != sep) return false;
    const auto day = readDigits(text, day_at, 2);
    if (day.n > 2 || !isDate(year.value, month.value, day.value)) return false;
    const size_t date_end = day_at + static_cast<size_t>(day.n);
    const size_t end = timeEnd(text, date_end);
    if (!free(text, begin, end)) return false;
    pass.add(Kind::DateTime, begin, end, end > date_end ? 0.85F : 0.6F);
    return true;
}

bool dayAndMonth(int a, int b, int year) { return isDate(year, a, b) || isDate(year, b, a); }

// 5/20/2021, 21.5.21, 05/2021, 5/21.
void numericDate(Pass& pass, size_t begin) {
    const auto text = pass.text;
    const auto a = readDigits(text, begin, 2);
    const size_t sep_at = begin + static_cast<size_t>(a.n);
    const char sep = at(text, sep_at);
    if (a.n == 0 || a.n > 2 || (sep != '/' && sep != '-' && sep != '.')) return;
    const auto b = readDigits(text, sep_at + 1, 4);
    const size_t b_end = sep_at + 1 + static_cast<size_t>(b.n);
    if (b.n == 4 && sep != '.' && a.value >= 1 && a.value <= 12 && b.value >= 1900 && b.value <= 2100) {
        if (free(text, begin, b_end)) pass.add(Kind::DateTime, begin, b_end, 0.35F);
        return;
    }
    if (b.n == 0 || b.n > 2) return;
    const auto c = at(text, b_end) == sep ? readDigits(text, b_end + 1, 4) : Digits{};
    if (c.n == 2 || c.n == 4) {
        const size_t end = b_end + 1 + static_cast<size_t>(c.n);
        const int year = c.n == 4 ? c.value : 2000 + c.value;
        if (!dayAndMonth(a.value, b.value, year) || (c.n == 4 && (year < 1000 || year > 2999))) return;
        const size_t with_time = timeEnd(text, end);
        if (free(text, begin, with_time))
            pass.add(Kind::DateTime, begin, with_time, c.n == 4 ? 0.6F : sep == '/' ? 0.5F : 0.35F);
    } else if (sep == '/' && dayAndMonth(a.value, b.value, 2000) && free(text, begin, b_end)) {
        pass.add(Kind::DateTime, begin, b_end, 0.1F);
    }
}

size_t yearBehind(std::string_view text, size_t i) {  // "-2021", " 2021", ", 2021": where it ends, or 0
    if (at(text, i) == ',' || at(text, i) == '.') ++i;
    if (at(text, i) != ' ' && at(text, i) != '-' && at(text, i) != '/') return 0;
    const auto year = readDigits(text, i + 1, 4);
    const bool plausible =
        (year.n == 4 && year.value >= 1000 && year.value < 3000) || (year.n == 2 && text[i] != ' ');
    return plausible && !touchesRight(text, i + 1 + static_cast<size_t>(year.n))
               ? i + 1 + static_cast<size_t>(year.n)
               : 0;
}

// 5-MAY-2021, 21 May, 3rd of March 1999.
void dayThenName(Pass& pass, size_t begin) {
    const auto text = pass.text;
    const auto day = readDigits(text, begin, 2);
    if (day.n == 0 || day.n > 2 || day.value < 1 || day.value > 31) return;
    size_t i = begin + static_cast<size_t>(day.n);
    if (!isNamePart(at(text, i)) && !isNamePart(at(text, i + 1)) && !isNamePart(at(text, i + 2))) return;
    for (const std::string_view suffix : {"st", "nd", "rd", "th", "."})
        if (text.substr(i, suffix.size()) == suffix) i += suffix.size();
    if (at(text, i) == ' ' || at(text, i) == '-' || at(text, i) == '/') ++i;
    for (const std::string_view of : {"of ", "de "})
        if (text.substr(std::min(i, text.size()), 3) == of) i += 3;
    const size_t name_end = nameEnd(text, i);
    if (!isMonth(text.substr(std::min(i, text.size()), name_end - i))) return;
    size_t end = yearBehind(text, name_end);
    const float score = end != 0 ? 0.6F : 0.3F;
    if (end == 0) end = name_end;
    if (free(text, begin, end)) pass.add(Kind::DateTime, begin, end, score);
}

// May-21, May 2021, March 3rd, 1999; `digits` is where the number stands.
void nameThenNumber(Pass& pass, size_t digits) {
    const auto text = pass.text;
    if (digits < 4 || (text[digits - 1] != ' ' && text[digits - 1] != '-' && text[digits - 1] != '/')) return;
    size_t name_end = digits - 1;
    if (text[name_end - 1] == '.' || text[name_end - 1] == ',') --name_end;
    size_t begin = name_end;
    while (begin > 0 && name_end - begin < 13 && isNamePart(text[begin - 1])) --begin;
    if (!isMonth(text.substr(begin, name_end - begin))) return;
    const auto number = readDigits(text, digits, 4);
    size_t end = digits + static_cast<size_t>(number.n);
    const bool year = number.n == 4 && number.value >= 1000 && number.value < 3000;
    if (!year && (number.n > 2 || number.value < 1 || number.value > 31)) return;
    for (const std::string_view suffix : {"st", "nd", "rd", "th"})
        if (text.substr(std::min(end, text.size()), 2) == suffix) end += 2;
    const size_t with_year = year ? 0 : yearBehind(text, end);
    if (with_year != 0) end = with_year;
    if (free(text, begin, end)) pass.add(Kind::DateTime, begin, end, with_year != 0 ? 0.6F : 0.35F);
}

}  // namespace

void findDate(Pass& pass, size_t begin) {
    if (!isoDate(pass, begin)) numericDate(pass, begin);
    dayThenName(pass, begin);
    nameThenNumber(pass, begin);
}

void findAge(Pass& pass, size_t begin, size_t end) {
    const auto text = pass.text;
    const auto age = readDigits(text, begin, 3);
    if (age.n != static_cast<int>(end - begin) || age.n > 3 || age.value == 0 || age.value > 120) return;
    if (touchesLeft(text, begin) || insideNumber(text, begin, end)) return;
    if (isLetter(at(text, end + 1)) || at(text, end + 1) == '/') {
        std::array<char, 16> low{};
        const auto behind = text.substr(end, low.size());
        std::transform(behind.begin(), behind.end(), low.begin(),
                       [](char c) { return c == '-' ? ' ' : lower(c); });
        const std::string_view words(low.data(), behind.size());
        for (const std::string_view old :
             {" years old", " year old", " yr old", " yrs old", " y/o", " yo ", " years of age"})
            if (words.substr(0, old.size()) == old) return pass.add(Kind::Age, begin, end, 0.7F);
    }
    size_t i = begin;  // "age: 34": the word must stand right in front
    while (i > 0 && begin - i < 3 && (text[i - 1] == ' ' || text[i - 1] == ':' || text[i - 1] == '=')) --i;
    if (i > 0 && i < begin && isLetter(text[i - 1])) pass.add(Kind::Age, begin, end, 0.2F, true);
}

}  // namespace pii
