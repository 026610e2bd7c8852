// Texts and fields of a configuration, which may be secrets. Faults name the key and never the value.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "sink.h"

namespace exporters {

/// The text of `key`: itself, or the secret whose handle stands there; else that of the variable `variable`,
/// if the instance was granted it; else empty. Throws sluice::ConfigError.
std::string textOf(const nlohmann::json& config, const char* key, const sluice::Host& host,
                   const char* variable = nullptr);

/// An object of texts as fields of a request. Not those that the host or the exporter sets.
Fields fieldsOf(const nlohmann::json& config, const char* key, const sluice::Host& host);

/// http:// or https:// with a host, and without a slash at its end. Throws sluice::ConfigError with `key`.
std::string baseUrlOf(std::string url, const char* key);

/// May a key or team send its records there? Where the configuration itself sends, and `own_hosts` (each
/// scheme://host[:port]); if that is missing, any https:// with a name that has a dot in it and is no
/// address: no key shall make the gateway call what only the gateway reaches. Throws std::invalid_argument.
void checkOwnHost(const std::string& url, const std::string& usual, const nlohmann::json& config);

}  // namespace exporters
