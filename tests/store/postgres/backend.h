// The tests' places are schemas of one PostgreSQL, which the program starts for itself.
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>

#include <catch2/catch.hpp>
#include <sluice/json.hpp>

#include "plugin.h"
#include "schema.h"
#include "server.h"

namespace store_tests {

using store_postgres::Plugin;
using store_postgres::Store;

/// A child of a test uses its parent's server.
inline std::string serverUrl() {
    const char* given = std::getenv("SLUICE_TEST_POSTGRES_URL");
    if (given) return given;
    const std::string url = Server::common().url();
    ::setenv("SLUICE_TEST_POSTGRES_URL", url.c_str(), 1);
    return url;
}

inline std::unique_ptr<store_postgres::Connection> connectTo(const std::string& schema) {
    static std::map<std::string, std::unique_ptr<store_postgres::Target>> targets;
    auto& target = targets[schema];
    if (!target) target = std::make_unique<store_postgres::Target>(serverUrl(), "", schema);
    return std::make_unique<store_postgres::Connection>(*target, store_postgres::Deadlines());
}

inline std::string freshSchema() {
    static std::atomic<int> count{0};
    return "t" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

class Directory {
public:
    Directory() : schema_(freshSchema()) { (void)serverUrl(); }  // children are to use it, too
    ~Directory() {
        try {
            connectTo(schema_)->script("DROP SCHEMA IF EXISTS \"" + schema_ + "\" CASCADE");
        } catch (const std::exception& error) {
            WARN(error.what());
        }
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    const std::string& file() const { return schema_; }

private:
    const std::string schema_;
};

inline std::string configFor(const std::string& place, const std::string& more = "") {
    const std::string schema = place == ":memory:" ? freshSchema() : place;
    return "{\"url\":" + sluice::jsonQuoted(serverUrl()) + ",\"schema\":\"" + schema +
           "\",\"poll_ms\":20,\"cache_path\":\"\"" + more + "}";
}

inline std::unique_ptr<Store> openStore(const std::string& place, int64_t tombstone_ms = 86'400'000) {
    store_postgres::Options options;
    options.url = serverUrl();
    options.schema = place;
    options.poll_ms = 10;
    options.cache_path = "";
    options.tombstone_ms = tombstone_ms;
    return std::make_unique<Store>(options, [](store_common::Level, const std::string&) {});
}

inline int64_t valueIn(const std::string& place, const std::string& sql) {
    return connectTo(place)->once(sql).integer(0, 0);
}

inline int64_t months(const std::string& place) {
    return valueIn(place, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'usage'::regclass");
}

inline void checkWhole(const std::string& place) {
    // Each aggregate by combo is the sum of the rows.
    CHECK(valueIn(place,
                  "SELECT (SELECT count(*) FROM usage) - (SELECT sum(requests) FROM usage_daily) + "
                  "(SELECT sum(requests) FROM usage_daily_total WHERE dimension = 0) - "
                  "(SELECT count(*) FROM usage)") == 0);
}

}  // namespace store_tests
