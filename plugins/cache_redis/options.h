// What the configuration says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "slots.h"
#include "tls.h"

namespace sluice {
class Host;
}

namespace cache_redis {

enum class Mode { Single, Cluster, Sentinel };

struct Login {
    std::string user, password;  // never logged
};

struct Options {
    Mode mode = Mode::Single;
    std::vector<Place> servers;  // the one; or some of the cluster; or the sentinels
    Login login, sentinel_login;
    std::string service_name;  // of the master, as the sentinels know it
    int database = 0;
    TlsOptions tls;
    std::string prefix;  // of all keys, with its colon
    uint32_t timeout_ms = 1000;
    size_t queue_bytes = 64 << 20, value_bytes = 16 << 20;
};

/// Throws sluice::ConfigError that names the key and quotes no secret.
Options readOptions(std::string_view json, const sluice::Host& host);

}  // namespace cache_redis
