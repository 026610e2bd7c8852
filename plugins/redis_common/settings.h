// Members of a configuration whose values may be secrets, {"$secret": "HANDLE"}, and those that say where
// Redis is: url; or host, port, username, password. All throw sluice::ConfigError that names the key.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <sluice/host.hpp>
#include <string>

#include "redis_common/address.h"

namespace redis_common {

/// There, not null and no empty text.
bool given(const nlohmann::json& json, const char* key);

/// Empty if it is not given.
std::string textAt(const nlohmann::json& json, const char* key, const sluice::Host& host);

/// A whole number from 0 to `most`, also as a text, as those of the environment are.
int numberAt(const nlohmann::json& json, const char* key, int otherwise, int most, const sluice::Host& host);

/// true or false, also as a text.
bool flagAt(const nlohmann::json& json, const char* key, bool otherwise, const sluice::Host& host);

/// Of `url`, which LiteLLM also calls `redis_url`, or else of the other four.
Address readAddress(const nlohmann::json& json, const sluice::Host& host);

}  // namespace redis_common
