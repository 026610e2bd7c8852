// Telephone numbers. Sources: ITU-T E.164 and E.123, the NANP's rules (area code and exchange begin with 2 to
// 9), national numbering plans as the ITU's bulletins and Wikipedia list them, reduced to the length of a
// national number.
#include <algorithm>
#include <array>
#include <optional>

#include "chars.h"
#include "checks.h"
#include "phone_plans.h"
#include "recognisers.h"

namespace pii {
namespace {

constexpr int kDigitsMax = 17;

// Digits in groups, as they stand: "+46 (0)8 928 571 38".
struct Dialled {
    std::array<char, kDigitsMax + 1> digits{};
    int n = 0;
    bool plus = false;
    bool paren = false;  // some group stands in parentheses
    bool trunk = false;  // "(0)" behind the country's code, which is not dialled
    uint8_t seps = 0;
    struct End {
        int n, groups;  // so far
        size_t at;
    };
    std::array<End, 8> ends{};
    int groups = 0;
    std::array<int, 8> sizes{};

    std::string_view view(int count) const { return {digits.data(), static_cast<size_t>(count)}; }
};

uint8_t phoneSep(char c) {
    switch (c) {
        case ' ':
            return kSpace;
        case '-':
            return kDash;
        case '.':
            return kDot;
        case '/':
            return kSlash;
        default:
            return 0;
    }
}

// Behind a group: one separator, a parenthesis, or both. Returns where the next group's digits (or "(")
// begin, or 0.
size_t nextGroup(std::string_view text, size_t i, Dialled& number) {
    size_t signs = 0;
    while (signs < 2) {
        const auto sep = phoneSep(at(text, i));
        if (sep == 0) break;
        number.seps |= sep;
        ++i;
        if (++signs == 2 && sep != kSpace) return 0;  // "12 - 3": more than a number
    }
    return isDigit(at(text, i)) || at(text, i) == '(' ? i : 0;
}

// Reads one group with the parentheses around it; false if there is none.
bool readGroup(std::string_view text, size_t& i, Dialled& number) {
    const bool open = at(text, i) == '(';
    if (open && number.paren) return false;
    size_t k = i + (open ? 1 : 0);
    if (open && at(text, k) == '+' && number.groups == 0) {
        number.plus = true;
        ++k;
    }
    const size_t from = k;
    while (isDigit(at(text, k)) && k - from < 16) ++k;
    const int size = static_cast<int>(k - from);
    if (size == 0 || number.n + size > kDigitsMax || (open && at(text, k) != ')')) return false;
    if (open && size == 1 && text[from] == '0' && number.plus && number.groups > 0) {
        number.trunk = true;
    } else {
        std::copy_n(text.data() + from, size, number.digits.data() + number.n);
        number.n += size;
        number.sizes[static_cast<size_t>(number.groups)] = size;
    }
    number.paren |= open;
    i = k + (open ? 1 : 0);
    return true;
}

Dialled readDialled(std::string_view text, size_t begin) {
    Dialled number;
    size_t i = begin;
    if (at(text, i) == '+') {
        number.plus = true;
        ++i;
    }
    while (number.groups < 8) {
        const int before = number.n;
        if (!readGroup(text, i, number)) break;
        const int size = number.n - before;
        if (size > 0) {
            number.ends[static_cast<size_t>(number.groups)] = {number.n, number.groups + 1, i};
            ++number.groups;
        }
        // One digit alone is a prefix in front, never a part in the middle.
        if (size == 1 && number.groups > 2 && !number.plus) break;
        if (at(text, i - 1) == ')' && isDigit(at(text, i))) continue;
        const size_t next = nextGroup(text, i, number);
        if (next == 0) break;
        i = next;
    }
    return number;
}

bool northAmerican(std::string_view d) {
    const auto service = [&d](size_t i) { return d[i + 1] == '1' && d[i + 2] == '1'; };
    return d.size() == 10 && d[0] >= '2' && d[3] >= '2' && !service(0) && !service(3) && d[1] != '9';
}

bool threeThreeFour(const Dialled& n, int groups, int first) {
    const auto* s = n.sizes.data() + first;
    return groups - first == 3 && s[0] == 3 && s[1] == 3 && s[2] == 4;
}

std::optional<float> international(const Dialled& n, const Dialled::End& end) {
    auto digits = n.view(end.n);
    float score = 0.75F;
    if (!n.plus) {
        const size_t prefix = digits.substr(0, 3) == "011" ? 3 : 2;
        if (digits.substr(0, 2) != "00" && prefix == 2) return std::nullopt;
        digits.remove_prefix(prefix);
        score = end.groups > 1 ? 0.6F : 0.3F;
    }
    const auto plan = planOf(digits);
    if (!plan.known()) return n.plus ? std::optional<float>(kReject) : std::nullopt;
    auto national = static_cast<int>(digits.size()) - plan.code;
    if (digits[static_cast<size_t>(plan.code)] == '0' && !plan.zero_stays)
        --national;  // "+44 020 …": often written
    return national >= plan.min && national <= plan.max ? score : kReject;
}

// France: pairs. Britain: 11 digits, or 10. Australia and others: "(08) 8747 6301".
float trunkZero(const Dialled& n, const Dialled::End& end) {
    const bool grouped = end.groups > 1;
    if (end.n < 9 || end.n > 12 || n.digits[1] == '0') return kReject;
    if (!grouped) return end.n == 10 || end.n == 11 ? 0.25F : 0.15F;
    int pairs = 0;
    for (int i = 0; i < end.groups; ++i) pairs += n.sizes[static_cast<size_t>(i)] == 2 ? 1 : 0;
    if (end.n == 10 && pairs == 5) return 0.7F;
    if (n.paren) return 0.65F;
    return end.groups > 2 && end.n < 12 ? 0.55F : 0.4F;
}

bool looksLikeDate(const Dialled& n, int groups) {
    const auto& s = n.sizes;
    const auto century = [&n](size_t i) {
        return (n.digits[i] == '1' && n.digits[i + 1] >= '8') ||
               (n.digits[i] == '2' && n.digits[i + 1] <= '1');
    };
    if (groups == 2 && s[0] == 4 && s[1] == 4 && century(0) && century(4)) return true;  // "2001-2003"
    if (groups < 3) return false;
    const bool iso = s[0] == 4 && s[1] == 2 && s[2] == 2;
    return iso || (s[0] <= 2 && s[1] <= 2 && s[2] == 4);
}

float grouped(const Dialled& n, const Dialled::End& end) {
    if (end.n < 7 || end.n > 13 || looksLikeDate(n, end.groups)) return kReject;
    for (int i = 0; i < end.groups; ++i)
        if (n.sizes[static_cast<size_t>(i)] < (i == 0 ? 1 : 2)) return kReject;
    if ((n.seps & kSlash) != 0 && n.digits[0] != '0') return kReject;
    if ((n.seps & kDot) != 0 && (end.groups < 3 || (n.seps & kDash) != 0)) return kReject;
    if (end.n == 7 && end.groups == 2 && n.sizes[0] != 3) return kReject;  // "451 5986", but not "6556 106"
    if (n.paren) return end.n >= 8 ? 0.5F : 0.35F;
    return end.n > 11 ? 0.15F : 0.3F;
}

float score(const Dialled& n, const Dialled::End& end) {
    if (const auto abroad = international(n, end)) return *abroad;
    const auto digits = n.view(end.n);
    const int country = digits[0] == '1' && end.n == 11 ? 1 : 0;
    const bool mixed = (n.seps & kDot) != 0 && (n.seps & kDash) != 0;  // "252.227-7013" is a paragraph
    if (!mixed && northAmerican(digits.substr(static_cast<size_t>(country)))) {
        const int first = country != 0 && n.sizes[0] == 1 ? 1 : 0;
        if (threeThreeFour(n, end.groups, first)) return (n.seps & ~kSpace) != 0 || n.paren ? 0.7F : 0.5F;
        if (end.groups == 1) return country != 0 ? 0.15F : 0.3F;
    }
    if (digits[0] == '0') return trunkZero(n, end);
    if (end.groups > 1) return grouped(n, end);
    return end.n >= 7 && end.n <= 12 ? 0.1F : kReject;
}

// "x0135", " ext. 12" behind a number.
size_t extensionEnd(std::string_view text, size_t end) {
    size_t i = end;
    if (at(text, i) == ' ') ++i;
    if (text.substr(std::min(i, text.size()), 3) == "ext")
        i += 3;
    else if (lower(at(text, i)) == 'x')
        ++i;
    else
        return end;
    if (at(text, i) == '.') ++i;
    if (at(text, i) == ' ') ++i;
    const size_t digits = i;
    while (isDigit(at(text, i)) && i - digits < 6) ++i;
    return i > digits && !touchesRight(text, i) ? i : end;
}

bool goesOn(std::string_view text, size_t end) {
    const char c = at(text, end);
    if (touchesRight(text, end)) return true;
    return (c == '.' || c == ',' || c == '-' || c == '/' || c == ':') && isDigit(at(text, end + 1));
}

bool startsBadly(std::string_view text, size_t begin) {
    if (begin == 0) return false;
    const char c = text[begin - 1];
    if (touchesLeft(text, begin) || c == '$' || c == '+' || c == '(') return true;
    return (c == '-' || c == '.' || c == '/' || c == ',' || c == ':') && begin > 1 &&
           isAlnum(text[begin - 2]) && !(c == ':' && isLetter(text[begin - 2]));
}

// In signatures the word often stands behind: "416 60 039 office", "+46 8 … (fax)".
bool saidBehind(std::string_view text, size_t end) {
    size_t i = end;
    while (i < end + 3 && (at(text, i) == ' ' || at(text, i) == '-' || at(text, i) == '(')) ++i;
    std::array<char, 8> low{};
    size_t n = 0;
    while (n < low.size() && isLetter(at(text, i + n))) {
        low[n] = lower(text[i + n]);
        ++n;
    }
    return i > end && n > 1 &&
           listed(" office fax mobile home work cell desk tel phone direct main handy mobil ",
                  {low.data(), n});
}

void addPhone(Pass& pass, const Dialled& number, size_t begin) {
    float best = -1;
    const Dialled::End* chosen = nullptr;
    for (int i = number.groups - 1; i >= 0; --i) {
        const auto& end = number.ends[static_cast<size_t>(i)];
        const size_t last = extensionEnd(pass.text, end.at);
        if (end.n < 7 || (last == end.at && goesOn(pass.text, end.at))) continue;
        const float here = score(number, end);
        if (here > best) {
            best = here;
            chosen = &end;
        }
    }
    if (!chosen || best < 0 || insideEmail(pass.text, begin, chosen->at)) return;
    if (saidBehind(pass.text, chosen->at)) best = std::min(best + Pass::kFar, 1.0F);
    const bool vague = chosen->groups == 1 && best < 0.2F;
    pass.add(Kind::PhoneNumber, begin, extensionEnd(pass.text, chosen->at), best, vague);
}

// What is left of the digits of [0, n) without the country's code or the trunk's zero; `score` says how sure
// that is.
std::string_view nationalOf(const Dialled& number, int n, std::string_view code, float& score) {
    auto digits = number.view(n);
    score = 0.2F;
    if (digits.substr(0, 2) == "00") digits.remove_prefix(2);
    if (digits.substr(0, 2) == code && digits.size() > 10) {
        digits.remove_prefix(2);
        score = number.plus ? 0.8F : 0.5F;
    }
    if (digits[0] == '0') {
        digits.remove_prefix(1);
        score = std::max(score, 0.4F);
    }
    return digits;
}

void addNational(Pass& pass, const Dialled& number, size_t begin) {
    for (int i = number.groups - 1; i >= 0; --i) {
        const auto& end = number.ends[static_cast<size_t>(i)];
        if (end.n < 10 || goesOn(pass.text, end.at)) continue;
        float score = 0;
        const auto philippine = nationalOf(number, end.n, "63", score);
        const bool mobile = philippine.size() == 10 &&
                            (philippine[0] == '9' || philippine.substr(0, 2) == "81") && score > 0.2F;
        if (mobile) pass.add(Kind::PhMobileNumber, begin, end.at, score);
        const auto turkish = nationalOf(number, end.n, "90", score);
        if (turkish.size() == 10 && turkish[0] >= '2' && turkish[0] <= '5' && (score > 0.2F || !number.plus))
            pass.add(Kind::TrPhoneNumber, begin, end.at, score);
    }
}

}  // namespace

void findPhone(Pass& pass, size_t begin) {
    const auto text = pass.text;
    if (begin > 0 && text[begin - 1] == '(') --begin;
    if (begin > 0 && text[begin - 1] == '+') --begin;
    if (begin > 1 && text[begin] == '+' && text[begin - 1] == '(') --begin;
    if (startsBadly(text, begin)) return;
    // Two single digits side by side begin no number.
    if (isDigit(text[begin]) && !isDigit(at(text, begin + 1)) && !isDigit(at(text, begin + 3)) &&
        at(text, begin + 2) != '(')
        return;
    const auto number = readDialled(text, begin);
    if (number.n < 7 || (number.groups == 1 && number.view(number.n) == "0123456789")) return;
    if (pass.wants(Kind::PhoneNumber)) addPhone(pass, number, begin);
    if (pass.wants(Kind::PhMobileNumber) || pass.wants(Kind::TrPhoneNumber)) addNational(pass, number, begin);
}

}  // namespace pii
