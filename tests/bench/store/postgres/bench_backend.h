// The bench on a schema of its own in a PostgreSQL that is there.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "store.h"

namespace store_bench {

using store_postgres::Store;

inline std::unique_ptr<Store> open(const std::string& url) {
    store_postgres::Options options;
    options.url = url;
    options.schema = "bench";
    options.cache_path = "";
    options.statement_timeout_ms = 120'000;
    return std::make_unique<Store>(
        options, [](store_common::Level, const std::string& words) { std::printf("%s\n", words.c_str()); });
}

inline void settle(const std::string&) {}

inline double megabytes(const std::string& url) {
    const store_postgres::Target target(url, "", "bench");
    store_postgres::Connection connection(target, store_postgres::Deadlines());
    const auto size = connection.once(
        "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace "
        "= "
        "'bench'::regnamespace");
    return static_cast<double>(size.integer(0, 0)) / 1e6;
}

}  // namespace store_bench
