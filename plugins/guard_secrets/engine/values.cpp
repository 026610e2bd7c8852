#include "values.h"

#include "looks.h"
#include "scanner.h"

#include <algorithm>

namespace secrets {

namespace {

bool isSpace(char c) { return is(c, kSpace); }

// Up to the closing quote, which may be written \" (JSON in JSON).
Value quotedAt(std::string_view text, size_t at, char quote, bool escaped) {
    Value value{at, at, Setting::Quoted, false};
    const size_t limit = std::min(text.size(), at + Sweep::kPiece);
    size_t i = at;
    while (i < limit && text[i] != '\n' && text[i] != '\r') {
        if (text[i] == quote || (escaped && text[i] == '\\')) break;
        if (text[i] == '\\' && i + 1 < limit && text[i + 1] == quote) ++i;
        value.spaced = value.spaced || isSpace(text[i]);
        ++i;
    }
    value.end = std::min(i, limit);
    return value;
}

bool endsBare(char c, bool glued) {
    if (is(c, kSpace | kQuote) || c == '<' || c == '>' || c == '\\') return true;
    if (c == ';' || c == '&' || c == ',' || c == '|') return true;
    return !glued && (c == ')' || c == ']' || c == '}');
}

Value bareAt(std::string_view text, size_t at, bool glued) {
    Value value{at, at, glued ? Setting::Config : Setting::Bare, false};
    const size_t limit = std::min(text.size(), at + Sweep::kPiece);
    while (value.end < limit && !endsBare(text[value.end], glued)) ++value.end;
    if (value.end == limit) return value;
    while (value.end > at && (text[value.end - 1] == '.' || text[value.end - 1] == ':' ||
                              text[value.end - 1] == '?' || (!glued && text[value.end - 1] == '*')))
        --value.end;
    return value;
}

// r"…", b'…', @"…", String::from("…"), Some("…"): the place of the quote, or `at`.
size_t quoteBehind(std::string_view text, size_t at) {
    size_t i = at;
    if (isAt(text, i, kLetter) || textAt(text, i, "@") || textAt(text, i, "$")) {
        while (i < at + 40 && i < text.size() &&
               (is(text[i], kWord | kDot) || text[i] == ':' || text[i] == '@' || text[i] == '$'))
            ++i;
        const bool call = textAt(text, i, "(");
        if (call) ++i;
        if (!call && i > at + 2) return at;
    }
    return isAt(text, i, kQuote) || textAt(text, i, "\\\"") ? i : at;
}

}  // namespace

Value valueAt(std::string_view text, size_t at, bool glued) {
    size_t i = runEnd(text, at, kSpace, 24);
    const size_t lines = static_cast<size_t>(
        std::count(text.begin() + static_cast<long>(at), text.begin() + static_cast<long>(i), '\n'));
    if ((textAt(text, i, "|") || textAt(text, i, ">")) && lines == 0) {  // a block of YAML
        size_t next = i + 1 + (textAt(text, i + 1, "-") ? 1 : 0);
        const size_t value = runEnd(text, next, kSpace, 24);
        if (value == next || text.substr(next, value - next).find('\n') == text.npos)
            return {i, i, {}, false};
        i = value;
    } else if (lines > 1) {
        return {i, i, {}, false};
    } else if (lines == 1 &&
               !isAt(text, i, kQuote)) {  // on the next line: only what does not look like more text
        Value value = bareAt(text, i, false);
        value.setting = Setting::Spoken;
        return value;
    }
    if (i >= text.size()) return {i, i, {}, false};
    if (!glued || is(text[i], kQuote)) i = quoteBehind(text, i);
    if (i >= text.size()) return {i, i, {}, false};
    if (text[i] == '\\' && isAt(text, i + 1, kQuote)) return quotedAt(text, i + 2, text[i + 1], true);
    if (!is(text[i], kQuote)) return bareAt(text, i, glued && i == at);
    const char quote = text[i];
    if (textAt(text, i + 1, std::string_view(&text[i], 1)) && i + 2 < text.size() && text[i + 2] == quote)
        return quotedAt(text, i + 3, quote, false);  // """
    return quotedAt(text, i + 1, quote, false);
}

bool addValue(Sweep& sweep, const Value& value, Strength strength, std::string_view entity, float score) {
    const auto text = sweep.text.substr(value.begin, value.end - value.begin);
    if (value.empty() || !isPlausible(text, value, strength, sweep.options)) return false;
    size_t end = value.end;
    end = sweep.extended(value.begin, end,
                         kRun);  // as far as it goes; a stream finds the begin of such a run again
    sweep.add(value.begin, end, entity, score);
    return true;
}

}  // namespace secrets
