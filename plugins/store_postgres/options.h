// The configuration, in full.
#pragma once

#include <cstdint>
#include <string>

namespace store_postgres {

struct Options {
    std::string url;       // postgresql://user:password@host:port/database?…, as libpq knows it; secret
    std::string password;  // instead of the URL's; empty: the URL's
    std::string schema = "sluice";       // where the tables are
    int64_t pool_size = 8;               // connections at most, and one more that listens
    int64_t connect_timeout_ms = 3'000;  // for all of connecting, TLS included
    int64_t statement_timeout_ms = 10'000;
    int64_t lock_timeout_ms = 5'000;
    int64_t poll_ms = 500;       // how often changes are looked for that nobody told us of
    int64_t retention_days = 0;  // of usage events; 0: for ever
    std::string cache_path = "sluice-documents.cache";  // the copy of the documents; empty: none
    int64_t cache_pause_ms = 3'000;                     // between two writings of it
    int64_t tombstone_ms = 86'400'000;
};

}  // namespace store_postgres
