#include "store.h"

namespace store_sqlite {
namespace {

Options withBounds(Options options) {
    if (options.poll_ms < 10) options.poll_ms = 10;
    return options;
}

Connection writerOf(const Database& database) {
    auto connection = database.connect();
    // 64 MB of pages, because call ids go all over their index; the log is moved into the file each 32 MB,
    // when pages that changed often are written once.
    connection.run("PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8192");
    return connection;
}

}  // namespace

Store::Store(const Options& options, Log log)
    : log_(std::move(log)),
      database_(options, log_),
      writer_(writerOf(database_)),
      usage_(writer_),
      upkeep_(writer_, writing_, options, log_),
      packer_(database_, combos_, writer_, writing_, log_),
      reporter_(database_, combos_),
      watches_(std::make_unique<Watches>(database_, withBounds(options), log_, [this] {
          reporter_.warmUp();
          return upkeep_.step(nowMs()) || packer_.step(nowMs());
      })) {}

bool Store::write(const std::vector<Change>& changes, uint64_t& version) {
    {
        const std::lock_guard lock(writing_);
        Transaction transaction(writer_, Transaction::Kind::Write);
        if (!apply(writer_, changes, nowMs(), version)) return false;
        transaction.commit();
    }
    Watches::announce(database_.identity(), version);
    return true;
}

size_t Store::append(const std::vector<Event>& events) {
    if (events.empty()) return 0;
    const std::lock_guard lock(writing_);
    return usage_.append(events);
}

}  // namespace store_sqlite
