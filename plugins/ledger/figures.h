// What the ledger has done so far, for the metrics. [any]
#pragma once

#include <atomic>
#include <cstdint>

namespace ledger {

struct Figures {
    std::atomic<uint64_t> events{0};    // in the spool, or in the store without it
    std::atomic<uint64_t> stored{0};    // in the store, those of replayed ones that it had among them
    std::atomic<uint64_t> batches{0};   // that the store took
    std::atomic<uint64_t> dropped{0};   // refused or lost; each has its line in the log, or its share of one
    std::atomic<uint64_t> replayed{0};  // of `stored`: from spools of instances that have gone
    std::atomic<uint64_t> rejected{0};  // that the store did not want
    std::atomic<uint64_t> waiting{0};   // events in the spool that are not in the store
    std::atomic<uint64_t> spool_bytes{0};
};

}  // namespace ledger
