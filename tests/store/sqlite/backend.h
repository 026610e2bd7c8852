// The tests' places are files of SQLite.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <catch2/catch.hpp>
#include <sluice/json.hpp>

#include "plugin.h"

namespace store_tests {

using store_sqlite::Plugin;
using store_sqlite::Store;

class Directory {
public:
    Directory() {
        std::string name = (std::filesystem::temp_directory_path() / "sluice_store_test_XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()));
        path_ = name;
    }
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    std::string file(const std::string& name = "sluice.db") const { return path_ + "/" + name; }

private:
    std::string path_;
};

inline std::string configFor(const std::string& path, const std::string& more = "") {
    const bool own = more.find("busy_timeout_ms") != std::string::npos;
    return "{\"path\":" + sluice::jsonQuoted(path) + ",\"poll_ms\":20" +
           (own ? "" : ",\"busy_timeout_ms\":2000") + more + "}";
}

inline std::unique_ptr<Store> openStore(const std::string& place, int64_t tombstone_ms = 86'400'000) {
    store_sqlite::Options options;
    options.path = place;
    options.poll_ms = 10;
    options.tombstone_ms = tombstone_ms;
    return std::make_unique<Store>(options, [](store_common::Level, const std::string&) {});
}

inline int64_t valueIn(const std::string& place, const std::string& sql) {
    store_sqlite::Connection connection(place, 2'000);
    return connection.value(sql);
}

inline int64_t months(const std::string& place) {
    return valueIn(
        place, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name GLOB 'usage_2*_batches'");
}

inline void checkWhole(const std::string& place) {
    store_sqlite::Connection connection(place, 2'000);
    CHECK(connection.textValue("PRAGMA integrity_check") == "ok");
}

}  // namespace store_tests
