// The bench on a file of SQLite.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "store.h"

namespace store_bench {

using store_sqlite::Store;

inline std::unique_ptr<Store> open(const std::string& path) {
    store_sqlite::Options options;
    options.path = path;
    options.sync = std::getenv("SLUICE_BENCH_NO_SYNC") == nullptr;
    return std::make_unique<Store>(
        options, [](store_common::Level, const std::string& words) { std::printf("%s\n", words.c_str()); });
}

/// What the store's own thread does some minutes later.
inline void settle(const std::string& path) {
    store_sqlite::Options options;
    options.path = path;
    const auto silent = [](store_common::Level, const std::string&) {};
    const store_sqlite::Database database(options, silent);
    store_sqlite::Combos combos;
    auto writer = database.connect();
    std::mutex writing;
    store_sqlite::Packer packer(database, combos, writer, writing, silent);
    while (packer.step(1)) continue;
}

inline double megabytes(const std::string& path) {
    return static_cast<double>(std::filesystem::file_size(path)) / 1e6;
}

}  // namespace store_bench
