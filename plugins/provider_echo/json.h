// JSON as this plugin writes it: members in the order in which real upstreams send them.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace provider_echo {

using Json = nlohmann::ordered_json;

/// One line. Bytes that are no UTF-8, as a call id may have, are replaced instead of thrown about.
inline std::string text(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The member, or null. Never throws, whatever `json` is.
inline const Json& member(const Json& json, const char* name) {
    static const Json kNull;
    if (!json.is_object()) return kNull;
    const auto found = json.find(name);
    return found == json.end() ? kNull : *found;
}

/// The member if it is a text, else `otherwise`.
inline std::string textAt(const Json& json, const char* name, const char* otherwise = "") {
    const Json& found = member(json, name);
    return found.is_string() ? found.get<std::string>() : std::string(otherwise);
}

inline bool isTrue(const Json& json) { return json.is_boolean() && json.get<bool>(); }

}  // namespace provider_echo
