// JSON of services: read with suspicion, written with whatever bytes there are.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace guard_remote {

using Json = nlohmann::json;

/// Throws Unusable: no JSON, or nested deeper than 64 levels.
Json parsed(std::string_view text);
/// The same of what clients send: null if it is no JSON, or nested too deeply.
Json parsedOrNull(std::string_view text);
/// Bytes that are no UTF-8 become U+FFFD.
std::string dumped(const Json& json);

/// A text as it stands inside of a string of JSON.
std::string escaped(std::string_view text);

// Members of an answer. Throw Unusable with the member's name if it is not there or of another type.
const Json& needList(const Json& object, const char* member);
std::string needText(const Json& object, const char* member);
bool needBool(const Json& object, const char* member);
double needNumber(const Json& object, const char* member);
/// A whole number of 0 to 2^53.
size_t needCount(const Json& object, const char* member);

/// Null if it is not there, or null.
const Json* find(const Json& object, const char* member);

[[noreturn]] void malformed(const std::string& what);

}  // namespace guard_remote
