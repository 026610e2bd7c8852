// What is done now and then: months ahead get their partition, months that are too old go, and so do the
// traces of removed documents. One gateway does it, the others do something else meanwhile.
#pragma once

#include <cstdint>
#include <string>

#include "options.h"
#include "pq.h"
#include "store_common/log.h"

namespace store_postgres {

class Upkeep {
public:
    Upkeep(const Options& options, Log log) : options_(options), log_(std::move(log)) {}

    /// Does a step if it is time. On one thread. Throws SqlError if the connection is gone.
    void step(Connection& connection, int64_t now_ms);

private:
    bool forget(Connection& connection, int64_t now_ms);
    void makeMonths(Connection& connection, int64_t now_ms);
    void endMonths(Connection& connection, int64_t now_ms);

    const Options options_;
    const Log log_;
    int64_t next_ms_ = 0;
    bool failing_ = false;
};

}  // namespace store_postgres
