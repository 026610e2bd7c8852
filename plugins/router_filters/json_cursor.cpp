#include "json_cursor.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include <sluice/json_reader.hpp>

namespace router_filters {

char JsonCursor::peek() {
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return c;
        ++at_;
    }
    return '\0';
}

bool JsonCursor::take(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
}

bool JsonCursor::string(std::string_view& raw) {
    if (!take('"')) return false;
    const size_t begin = at_;
    for (size_t from = at_;;) {
        const size_t quote = text_.find('"', from);  // memchr
        if (quote == std::string_view::npos) {
            at_ = text_.size();
            return false;
        }
        size_t slashes = quote;
        while (slashes > from && text_[slashes - 1] == '\\') --slashes;
        if ((quote - slashes) % 2 == 0) {
            raw = text_.substr(begin, quote - begin);
            at_ = quote + 1;
            return true;
        }
        from = quote + 1;
    }
}

void JsonCursor::skipNested() {
    size_t depth = 0;
    while (at_ < text_.size()) {
        const char c = text_[at_];
        std::string_view ignored;
        if (c == '"') {
            if (!string(ignored)) return;
            continue;
        }
        ++at_;
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth == 0) return;
    }
}

std::string_view JsonCursor::value() {
    const char first = peek();
    const size_t begin = at_;
    std::string_view raw;
    if (first == '"') {
        if (!string(raw)) return {};
    } else if (first == '{' || first == '[') {
        skipNested();
    } else {
        const size_t end = text_.find_first_of(",]} \t\r\n", at_);
        at_ = end == std::string_view::npos ? text_.size() : end;
    }
    return text_.substr(begin, at_ - begin);
}

std::optional<std::string_view> memberOf(std::string_view object, std::string_view name) {
    std::optional<std::string_view> found;
    eachMember(object, [&](std::string_view member, std::string_view value) {
        if (!found && member == name && value != "null") found = value;
    });
    return found;
}

std::optional<std::string> textOf(std::string_view json) {
    std::string out;
    if (!sluice::JsonReader(json).string(&out)) return std::nullopt;
    return out;
}

std::optional<double> numberOf(std::string_view json) {
    if (json.size() > 1 && json.front() == '"' && json.back() == '"') json = json.substr(1, json.size() - 2);
    double value = 0;
    const auto read = std::from_chars(json.data(), json.data() + json.size(), value);
    if (read.ec != std::errc() || read.ptr != json.data() + json.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

}  // namespace router_filters
