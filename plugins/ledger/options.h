// What the configuration says, and every bound that it does not.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace ledger {

using std::chrono::milliseconds;

struct Options {
    /// Of the instance that has sluice.store/1; empty: the only one.
    std::string store;
    /// The directory of the spool; relative to where the gateway was started.
    std::string spool = "sluice.spool";
    /// How long an event may be in memory only. Shorter: less is lost by kill -9; more writes.
    milliseconds flush{20};
    /// How long an event may be in the spool only while the store answers. Longer: fewer, larger
    /// transactions.
    milliseconds store_flush{200};
    /// Events of one transaction of the store.
    size_t batch = 1000;
    /// Each write to the spool is on the disk before the next: survives a power cut, not only kill -9.
    bool sync = false;
    /// Bytes of the spool, also those it has adopted; what comes then is refused.
    uint64_t max_spool = uint64_t{1} << 30;
    /// How long the end of the instance waits for the store; what is left then is replayed later.
    milliseconds drain{2'000};
    /// How often spools are looked for whose instance has gone.
    milliseconds adopt{5'000};

    uint64_t segment_bytes = 8 * 1024 * 1024;
    /// Events in memory while the spool takes none. 16 MiB are some 30,000 events.
    size_t memory_bytes = 16 * 1024 * 1024;
    /// Of the file `rejected.jsonl`.
    uint64_t rejected_bytes = 64 * 1024 * 1024;
};

constexpr milliseconds kRetryMin{100};  // between tries of a store, or a disk, that does not take anything
constexpr milliseconds kRetryMax{5'000};

/// The longer of twice as long and kRetryMin, and never more than kRetryMax.
constexpr milliseconds nextRetry(milliseconds last) {
    const milliseconds twice = last * 2;
    return twice < kRetryMin ? kRetryMin : twice > kRetryMax ? kRetryMax : twice;
}

/// Throws sluice::ConfigError.
Options optionsOf(std::string_view config_json);

}  // namespace ledger
