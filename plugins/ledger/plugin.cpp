#include "plugin.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

#include "options.h"

namespace ledger {
namespace {

// Old and new generations of this library report the sum of what waits, not each over the other.
std::atomic<uint64_t> all_waiting{0};
std::atomic<uint64_t> all_spool_bytes{0};

void grow(const sluice::Metric& counter, uint64_t now, uint64_t& before) {
    if (now > before) counter.record(static_cast<double>(now - before));
    before = now;
}

void share(const sluice::Metric& gauge, std::atomic<uint64_t>& all, uint64_t now, uint64_t& before) {
    const uint64_t change = now - std::exchange(before, now);  // may wrap around, and back
    gauge.record(static_cast<double>(all.fetch_add(change) + change));
}

}  // namespace

Plugin::Metrics::Metrics(const sluice::Host& host)
    : events(host.counter("sluice_ledger_events_total", "Completion records that the ledger has taken")),
      stored(host.counter("sluice_ledger_stored_total", "Events that are in the store")),
      batches(host.counter("sluice_ledger_batches_total", "Batches that the store has taken")),
      dropped(host.counter("sluice_ledger_dropped_total", "Events that are lost")),
      replayed(host.counter("sluice_ledger_replayed_total", "Events stored from spools of instances gone")),
      rejected(host.counter("sluice_ledger_rejected_total", "Events that the store refuses for ever")),
      waiting(host.gauge("sluice_ledger_waiting", "Events that are not in the store yet")),
      spool_bytes(host.gauge("sluice_ledger_spool_bytes", "Bytes of the spool")) {}

Plugin::Plugin(std::string_view config_json, sluice::Host host)
    : host_(host), options_(optionsOf(config_json)), metrics_(host) {
    int error = makeDirectory(options_.spool);
    if (error == 0 && ::access(options_.spool.c_str(), R_OK | W_OK | X_OK) != 0) error = errno;
    if (error != 0)
        throw sluice::ConfigError("spool: " + faultText(options_.spool, error) +
                                  "; allowed: a directory that the gateway may write, in one that exists");
}

void Plugin::start() {
    const auto found = host_.service(SLUICE_STORE_ID, options_.store);
    if (!found && !options_.store.empty())
        throw sluice::ConfigError("store: there is no store named \"" + options_.store + "\"");
    if (!found)
        throw sluice::ConfigError(
            "there is no store, or more than one: list a plugin such as store_sqlite under `plugins`, and "
            "name it in `store` if there are several");
    const auto* table = static_cast<const sluice_store*>(found->table);
    if (!SLUICE_HAS(table, append))
        throw sluice::ConfigError("store: \"" + std::string(sluice::view(found->instance)) +
                                  "\" keeps no usage events");
    const auto append = [table, owner = found->owner](const sluice_record* const* events, size_t count) {
        return table->append(owner, events, count);
    };
    book_ = std::make_unique<Book>(
        options_, host_.random(), append, [this](const Figures& figures) { report(figures); },
        [this](Level level, const std::string& words) { log(level, words); });
    book_->start();
}

void Plugin::on_complete(const sluice_record& record) {
    if (book_) book_->add(record);
}

void Plugin::closing() {
    if (book_) book_->close();
}

void Plugin::log(Level level, const std::string& words) const {
    if (level == Level::Error) return host_.error(words);
    level == Level::Warn ? host_.warn(words) : host_.info(words);
}

void Plugin::report(const Figures& figures) {
    grow(metrics_.events, figures.events, reported_.events);
    grow(metrics_.stored, figures.stored, reported_.stored);
    grow(metrics_.batches, figures.batches, reported_.batches);
    grow(metrics_.dropped, figures.dropped, reported_.dropped);
    grow(metrics_.replayed, figures.replayed, reported_.replayed);
    grow(metrics_.rejected, figures.rejected, reported_.rejected);
    share(metrics_.waiting, all_waiting, figures.waiting, reported_.waiting);
    share(metrics_.spool_bytes, all_spool_bytes, figures.spool_bytes, reported_.spool_bytes);
}

}  // namespace ledger
