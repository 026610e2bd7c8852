// The ledger as an instance: its configuration, its store, its metrics, and the hook of records.
#pragma once

#include <memory>
#include <string_view>

#include <sluice/plugin.hpp>

#include "book.h"

namespace ledger {

class Plugin {
public:
    /// Throws sluice::ConfigError if the spool's directory cannot be made or written.
    Plugin(std::string_view config_json, sluice::Host host);

    /// Finds the store. Throws sluice::ConfigError if there is none.
    void start();
    void on_complete(const sluice_record& record);
    void closing();

private:
    void log(Level level, const std::string& words) const;
    void report(const Figures& figures);

    struct Metrics {
        explicit Metrics(const sluice::Host& host);
        sluice::Metric events, stored, batches, dropped, replayed, rejected, waiting, spool_bytes;
    };
    // What has been reported so far.
    struct Reported {
        uint64_t events = 0, stored = 0, batches = 0, dropped = 0, replayed = 0, rejected = 0;
        uint64_t waiting = 0, spool_bytes = 0;
    };

    sluice::Host host_;
    const Options options_;
    const Metrics metrics_;
    Reported reported_;
    std::unique_ptr<Book> book_;  // from start() on
};

}  // namespace ledger
