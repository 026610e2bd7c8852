// Where an upstream is: taken apart once, when the configuration loads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::upstream {

struct Endpoint {
    bool tls = false;
    std::string host;  // name or address, without brackets
    uint16_t port = 80;
    std::string base_path;   // "/v1", without a slash at the end; may be empty
    std::string host_field;  // value of the Host field
    std::string key;         // what a pooled connection may be reused for: scheme, host, port

    /// From "https://host:port/path"; a query is refused.
    static base::Result<Endpoint> parse(std::string_view url);
};

/// A URL of a single call: an endpoint and the request target with its query.
struct Url {
    Endpoint endpoint;
    std::string target;
    static base::Result<Url> parse(std::string_view url);
};

}  // namespace sluice::upstream
