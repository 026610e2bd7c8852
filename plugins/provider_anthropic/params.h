// What this provider reads of a deployment's litellm_params.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sluice/plugin.hpp>

namespace provider_anthropic {

struct Header {
    std::string name;
    std::string value;
};

struct Params {
    /// Base URL without the route, with or without /v1; also written base_url. Empty: Anthropic's own.
    std::string api_base;
    /// Empty: no key is sent. The host has looked into the environment already.
    std::string api_key;
    /// Sent last: they win over whatever the provider sets itself.
    std::vector<Header> extra_headers;
};

/// Secrets are revealed. Throws ConfigError, which names the key and never the value of a secret.
Params readParams(std::string_view json, const sluice::Host& host);

}  // namespace provider_anthropic
