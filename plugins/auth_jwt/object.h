// JSON objects from strangers: what two readers could understand differently is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace auth_jwt {

using Json = nlohmann::json;

/// Nothing unless it is one JSON object in UTF-8, without a byte order mark, no deeper than 16 and without a
/// member that is there twice, at any depth (RFC 7515 section 4, RFC 7519 section 4); `fault` says which.
std::optional<Json> readObject(std::string_view text, std::string& fault);

/// The value at "a.b.c": members of members. A member whose name has dots itself is found as well,
/// "https://acme.com/team". Null if there is none.
const Json* valueAt(const Json& object, std::string_view path);

}  // namespace auth_jwt
