// Where a Redis server is, and who asks it.
#pragma once

#include <string>

namespace redis_common {

/// Holds a password: never log it; `place` is for that.
struct Address {
    std::string host = "localhost", path;  // path: of a Unix socket, instead of host and port
    int port = 6379;
    std::string user, password;
    int database = 0;
    bool tls = false;
    std::string place;  // "host:port", "[::1]:port", or the path
};

std::string placeOf(const std::string& host, int port);

/// redis://[user:password@]host[:port][/database], rediss:// with TLS, unix:///path. Throws
/// sluice::ConfigError that does not quote the URL.
Address parseAddress(const std::string& url);

}  // namespace redis_common
