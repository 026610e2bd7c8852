// What the name of a variable, a key or an option says about its value.
#pragma once

#include <cstdint>
#include <string_view>

namespace secrets {

enum class Strength : uint8_t {
    None,
    Weak,      // key, auth, signature: only what is random is a secret
    Key,       // api_key, client_secret, token: machines make them
    Password,  // people make them
};

/// "DB_PASSWORD", "clientSecret", "spring.datasource.password", "Secret access key", "x-api-key". The end of
/// a name decides, less what says where it is for (PROD, _v2, value). At most the last 64 bytes count.
Strength strengthOf(std::string_view name);

/// Does the name end with this? `tail` is in lower case without separators.
bool nameEndsWith(std::string_view name, std::string_view tail);

}  // namespace secrets
