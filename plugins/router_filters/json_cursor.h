// Reading the JSON of a request where it stands: nothing is copied, nothing recurses, and a string is found
// by memchr, so that a prompt with images costs microseconds. The host has checked the text of a request
// already; what is no JSON is read wrongly here, but never past its end and never for ever.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace router_filters {

class JsonCursor {
public:
    explicit JsonCursor(std::string_view text) : text_(text) {}

    /// The next character that is no space; 0 at the end.
    char peek();
    bool take(char c);
    /// A string as it is written, between its quotes.
    bool string(std::string_view& raw);
    /// Any value, as it is written; empty if there is none.
    std::string_view value();

private:
    void skipNested();

    std::string_view text_;
    size_t at_ = 0;
};

/// Calls f(name as it is written, value) for each member of an object; of anything else there is none.
template <class F>
void eachMember(std::string_view object, F&& f) {
    JsonCursor cursor(object);
    if (!cursor.take('{')) return;
    do {
        std::string_view name;
        if (!cursor.string(name) || !cursor.take(':')) return;
        const std::string_view value = cursor.value();
        if (value.empty()) return;
        f(name, value);
    } while (cursor.take(','));
}

/// Calls f(value) for each element of a list.
template <class F>
void eachElement(std::string_view list, F&& f) {
    JsonCursor cursor(list);
    if (!cursor.take('[')) return;
    do {
        const std::string_view value = cursor.value();
        if (value.empty() || value == "]") return;
        f(value);
    } while (cursor.take(','));
}

/// A member of an object; nothing if there is none, or it is null.
std::optional<std::string_view> memberOf(std::string_view object, std::string_view name);
/// A string's text; nothing if the value is none.
std::optional<std::string> textOf(std::string_view json);
/// A number, also one in quotes, as an environment variable leaves it; nothing if it is neither, or not
/// finite.
std::optional<double> numberOf(std::string_view json);

}  // namespace router_filters
