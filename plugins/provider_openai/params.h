// What this provider reads of a deployment's litellm_params.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sluice/deployment.hpp>

namespace provider_openai {

using Header = sluice::OwnedHeader;

struct Params {
    /// Base URL; also written base_url. Empty: the provider's own.
    std::string api_base;
    /// Empty: no key is sent. The host has looked into the environment already.
    std::string api_key;
    /// Azure only.
    std::string api_version;
    /// Sent as OpenAI-Organization.
    std::string organization;
    /// Sent last: they win over whatever the provider sets itself.
    std::vector<Header> extra_headers;
    /// Ask for usage at the end of streams whose client did not, and hide it from that client.
    bool stream_usage = true;
};

/// Secrets are revealed. Throws ConfigError, which names the key and never the value of a secret.
Params readParams(std::string_view json, const sluice::Host& host);

}  // namespace provider_openai
