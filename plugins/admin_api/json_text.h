// JSON in and out: bounds for what comes from outside, and numbers of money that keep their digits.
#pragma once

#include <string>
#include <string_view>

#include "pico.h"
#include "refused.h"

namespace admin_api {

/// What a number of money looks like in a tree: its digits, which a double would not keep. Only textOf()
/// knows how to print it.
Json exact(std::string_view number);
inline Json usd(Pico amount) {
    return exact(amount.usd());
}  /// 1e-12 USD of a member such as spend_pico_usd; nothing for null.
Pico picoOf(const Json& whole);

/// The store's answer; numbers with a point and numbers of more than 64 bits stay as they are written.
/// Discarded if it is no JSON.
Json readExact(std::string_view text);

/// A member, or null: of a const tree, operator[] must not be asked for what is not there.
const Json& member(const Json& object, std::string_view name);
/// A list in an answer, by itself: a loop over a member of what a function returns would outlive it.
Json listIn(Json answer, const char* name);

/// As JSON. Bytes that are no UTF-8 become U+FFFD.
std::string textOf(const Json& value);
/// The same behind what `out` has already.
void append(const Json& value, std::string& out);
void appendText(const std::string& text, std::string& out);
/// What is JSON already: textOf() passes it on. For lists of tens of thousands, where a tree costs more than
/// all else.
Json written(std::string_view json);

/// How deep lists and objects stand in each other, strings left out; more than `most` ends the count.
size_t depthOf(std::string_view json, size_t most);
bool isUtf8(std::string_view text);

}  // namespace admin_api
