// What grows old: months of usage events, and the traces of removed documents. In small steps, so that nobody
// who writes waits for long.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

#include "database.h"

namespace store_sqlite {

class Upkeep {
public:
    /// `writing`: held while the connection is used; others write with it too.
    Upkeep(Connection& connection, std::mutex& writing, const Options& options, Log log);

    /// Does one step if it is time. Is there more to do at once? On one thread at a time; throws nothing.
    bool step(int64_t now_ms);

private:
    bool work(int64_t now_ms);
    bool endMonth(int64_t month);
    bool takeFrom(const std::string& table, int64_t most);

    Connection& connection_;
    std::mutex& writing_;
    const Options options_;
    const Log log_;
    int64_t next_ms_ = 0;
    bool failing_ = false;
};

}  // namespace store_sqlite
