// Values behind a name: with '=' or ':', as an element or an argument.
#include "looks.h"
#include "values.h"

#include <algorithm>

namespace secrets {

namespace {

constexpr size_t kNameMax = 64;
constexpr Class kNameBytes = kWord | kDash | kDot;

struct Name {
    size_t begin = 0, end = 0;
    std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
    bool empty() const { return begin >= end; }
};

size_t skipBack(std::string_view text, size_t end, Class any, size_t max) {
    return runBegin(text, end, any, max);
}

// What closes a name: quotes, "]", "*" of Markdown, the backslash of \".
size_t skipClosing(std::string_view text, size_t end) {
    const size_t first = end;
    while (
        end > 0 && first - end < 6 &&
        (is(text[end - 1], kQuote) || text[end - 1] == '\\' || text[end - 1] == '*' || text[end - 1] == ')'))
        --end;
    return end;
}

// The name that ends at or before `end`; of `env["API_KEY"]` the key, of `password[]` what stands before.
Name nameBefore(std::string_view text, size_t end) {
    end = skipBack(text, end, kSpace, 24);
    end = skipClosing(text, end);
    if (end > 0 && text[end - 1] == ']') {
        const size_t inner = skipClosing(text, end - 1);
        const size_t begin = skipBack(text, inner, kNameBytes, kNameMax);
        const bool quoted = inner < end - 1 && begin < inner;
        if (!quoted) {
            size_t open = begin;
            if (open == 0 || text[open - 1] != '[') return {};
            end = skipBack(text, open - 1, kSpace, 2);
        } else {
            end = inner;
        }
    }
    return {skipBack(text, end, kNameBytes, kNameMax), end};
}

// "Secret access key": up to two words more before it, on its line.
Name withWordsBefore(std::string_view text, Name name) {
    for (int i = 0; i < 2 && name.begin > 1; ++i) {
        if (text[name.begin - 1] != ' ' || !is(text[name.begin - 2], kAlnum)) break;
        const size_t begin = skipBack(text, name.begin - 1, kAlnum | kUnder | kDash, 24);
        name.begin = begin;
    }
    return name;
}

// `password: str = "…"`: the name before the type.
Name beforeType(std::string_view text, const Name& type) {
    size_t at = type.begin;
    while (at > 0 && type.begin - at < 12 &&
           (text[at - 1] == ' ' || text[at - 1] == '&' || text[at - 1] == '\''))
        --at;
    if (at == 0 || text[at - 1] != ':') return {};
    return nameBefore(text, at - 1);
}

// `name: DB_PASSWORD, value: …` and <add key="DbPassword" value="…"/>: the name is the value before.
Name beforeValue(std::string_view text, const Name& value) {
    size_t at = value.begin;
    while (at > 0 && value.begin - at < 40 && (is(text[at - 1], kSpace | kQuote) || text[at - 1] == ','))
        --at;
    if (at == value.begin) return {};
    const Name name{skipBack(text, at, kNameBytes, kNameMax), at};
    size_t before = name.begin;
    while (before > 0 && name.begin - before < 4 && is(text[before - 1], kSpace | kQuote)) --before;
    return before > 0 && (text[before - 1] == ':' || text[before - 1] == '=') ? name : Name{};
}

bool sameFolded(std::string_view text, std::string_view word) {
    return text.size() == word.size() && foldedAt(text, 0, word);
}

// x ? "pass" : "fail"
bool isTernary(std::string_view text, const Name& name) {
    if (name.begin == 0 || !is(text[name.begin - 1], kQuote)) return false;
    const size_t before = runBegin(text, name.begin - 1, kSpace, 4);
    return before > 0 && text[before - 1] == '?';
}

// Where the value may begin behind the sign at `at`; 0: it is none of ours.
size_t signEnd(std::string_view text, size_t at, size_t& name_end) {
    name_end = at;
    const char sign = text[at];
    if (sign == '>' || sign == '(' || sign == ',') return at + 1;
    if (at > 0 && (text[at - 1] == ':' || text[at - 1] == '=')) return 0;  // seen at the first sign
    while (name_end > 0 && at - name_end < 2 &&
           std::string_view("!?+|<>").find(text[name_end - 1]) != std::string_view::npos)
        --name_end;
    size_t end = at + 1;
    while (end < text.size() && end < at + 4 &&
           (text[end] == '=' || text[end] == '>' || text[end] == '~' || text[end] == ':'))
        ++end;
    return sign == ':' && textAt(text, at + 1, ":") && !textAt(text, at + 2, "=") ? 0 : end;
}

struct Special {
    std::string_view entity;
    float score = 0.8F;
};

// What the name and the form of the value say of the provider.
Special specialOf(std::string_view name, std::string_view value, Strength strength) {
    const size_t solid = runEnd(value, 0, kBase64 | kEquals, value.size());
    if (solid == value.size() && value.size() == 88 && textAt(value, 86, "==")) return {kAzureKey, 1};
    if (nameEndsWith(name, "secretaccesskey") && value.size() == 40 && solid == 40) return {kAwsSecret, 1};
    if (value.size() == 40 && solid == 40 &&
        (nameEndsWith(name, "awssecretkey") || nameEndsWith(name, "awssecret")))
        return {kAwsSecret, 1};
    if (isUuid(value) && nameEndsWith(name, "herokuapikey")) return {kHeroku, 1};
    return {strength == Strength::Password ? kPassword : kAssigned, 0.8F};
}

// Is the name glued to '=' as in the environment, in a shell or in a connection string?
bool isGlued(std::string_view text, const Name& name, size_t at, size_t value) {
    if (text[at] != '=' || name.end != at || is(value < text.size() ? text[value] : ' ', kSpace))
        return false;
    const size_t last = name.begin;
    if (last > 0 && (text[last - 1] == '?' || text[last - 1] == '&' || text[last - 1] == '(')) return false;
    const auto word = name.of(text);
    const bool shout = std::none_of(word.begin(), word.end(), [](char c) { return is(c, kLower); });
    return shout || (last > 0 && (text[last - 1] == ';' || text[last - 1] == '-')) || last == 0 ||
           text[last - 1] == '\n';
}

bool matchSignature(Sweep& sweep, const Name& name, size_t value) {
    if (name.begin == 0 || (sweep.text[name.begin - 1] != '&' && sweep.text[name.begin - 1] != '?' &&
                            sweep.text[name.begin - 1] != ';'))
        return false;
    const size_t end =
        runEnd(sweep.text, value, kBase64 | kPercent | kEquals | kUnder | kDash, Sweep::kPiece);
    if (end < value + 40 || isPlaceholder(sweep.text.substr(value, end - value))) return false;
    sweep.add(value, end, kAzureSas, 1);
    return true;
}

// Authorization: token …, ApiKey …: behind the scheme.
size_t behindScheme(std::string_view text, size_t at) {
    const size_t begin = runEnd(text, at, kSpace | kQuote, 4);
    const size_t end = runEnd(text, begin, kLetter | kDash, 16);
    return end > begin + 2 && isAt(text, end, kSpace) && !textAt(text, end, "\n") ? end + 1 : at;
}

}  // namespace

void matchAssignment(Sweep& sweep, size_t at) {
    const auto text = sweep.text;
    size_t name_end = at;
    const size_t behind = signEnd(text, at, name_end);
    if (behind == 0 || behind >= text.size()) return;
    Name name = nameBefore(text, name_end);
    if (name.empty() || name.end - name.begin > 48) return;
    if (name.begin > 0 && is(text[name.begin - 1], kPlusSlash) && textAt(text, name.end, "="))
        return;  // base64
    auto word = name.of(text);
    if (text[at] == '=' && sameFolded(word, "sig") && matchSignature(sweep, name, behind)) return;
    if (text[at] == ',') {  // put("password", "…"): the first of its arguments
        const size_t quote = name.begin;
        if (quote < 2 || !is(text[quote - 1], kQuote) ||
            std::string_view("([{").find(text[quote - 2]) == std::string_view::npos)
            return;
    }
    if (text[at] == '>' && (name.begin == 0 || text[name.begin - 1] != '<')) return;
    if (sameFolded(word, "value")) {
        if (const Name other = beforeValue(text, name); !other.empty()) word = other.of(text);
    } else if (text[at] != '(' && text[at] != ',') {
        word = withWordsBefore(text, name).of(text);
    }
    Strength strength = strengthOf(word);
    if (strength == Strength::None && text[at] == '=') {
        if (const Name other = beforeType(text, name); !other.empty())
            strength = strengthOf(word = other.of(text));
    }
    if (strength == Strength::None) return;
    if (text[at] == ':' && isTernary(text, name)) return;
    size_t value_at = behind;
    if (textAt(text, value_at, "**")) value_at += 2;  // **Password:** of Markdown
    if (nameEndsWith(word, "authorization")) value_at = behindScheme(text, behind);
    const Value value = valueAt(text, value_at, isGlued(text, name, at, value_at));
    if (value.empty()) return;
    if ((text[at] == ',' || text[at] == '(') && value.setting != Setting::Quoted) return;
    if (text[at] == '>' && !textAt(text, value.end, "<")) return;
    const auto special = specialOf(word, text.substr(value.begin, value.end - value.begin), strength);
    addValue(sweep, value, special.score == 1 ? Strength::Key : strength, special.entity, special.score);
}

}  // namespace secrets
