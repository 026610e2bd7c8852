#include "store.h"

#include "documents.h"
#include "ledger.h"
#include "schema.h"
#include "store_common/report.h"

namespace store_postgres {
namespace {

size_t countOf(const Mirror& mirror) {
    size_t count = 0;
    for (const auto& [name, kind] : mirror) count += kind.size();
    return count;
}

std::string ageOf(int64_t ms) {
    const int64_t minutes = std::max<int64_t>(ms, 0) / 60'000;
    if (minutes < 120) return std::to_string(minutes) + " minutes";
    return minutes < 2 * 1440 ? std::to_string(minutes / 60) + " hours"
                              : std::to_string(minutes / 1440) + " days";
}

}  // namespace

Store::Store(const Options& options, Log log)
    : options_(options),
      log_(std::move(log)),
      pool_(Target(options.url, options.password, options.schema), options_, log_),
      usage_(options.schema),
      upkeep_(options, log_) {
    Mirror known;
    start(known);
    watches_ = std::make_unique<Watches>(
        pool_, options_, log_, std::move(known),
        Watches::Work{[this](Connection& connection) { migrate(connection, options_.schema); },
                      [this](Connection& connection) { upkeep_.step(connection, nowMs()); }});
}

Store::~Store() = default;

// A database that cannot be reached is no reason not to start; one that is there and does not suit us is.
void Store::start(Mirror& known) {
    const CacheFile copy(options_.cache_path, pool_.target().identity());
    int64_t written_ms = 0;
    const auto found = copy.read(known, written_ms);
    std::string why;
    try {
        const auto connection = pool_.connect();
        try {
            migrate(*connection, options_.schema);
            return;
        } catch (const SqlError& error) {
            if (!error.lost())
                throw std::runtime_error("url: " + place() +
                                         ": the tables cannot be made or read: " + error.what());
            why = error.what();
        } catch (const std::runtime_error& error) {
            throw std::runtime_error("url: " + place() + ": " + error.what());
        }
    } catch (const SqlError& error) {
        why = error.what();
    }
    std::string words = "there is no copy of the documents (cache_path), so none is known until it is back";
    if (found == CacheFile::Found::Good)
        words = std::to_string(countOf(known)) + " documents of " + copy.path() + " are used, " +
                ageOf(nowMs() - written_ms) + " old";
    if (found == CacheFile::Found::Broken)
        words = copy.path() + " (cache_path) is broken, so no document is known until it is back";
    if (found == CacheFile::Found::OfAnother)
        words =
            copy.path() + " (cache_path) is of another database, so no document is known until it is back";
    Mirror sibling = Watches::knownTo(pool_.target().identity());
    if (!sibling.empty()) {
        known = std::move(sibling);
        words = std::to_string(countOf(known)) + " documents of the generation before are used";
    }
    pool_.startAway(why, words);
}

bool Store::write(const std::vector<Change>& changes, uint64_t& version) {
    uint64_t written = 0;
    const bool good = pool_.write([&](Connection& connection) {
        return apply(connection, options_.schema, changes, nowMs(), written);
    });
    if (!good) return false;
    version = written;
    Watches::announce(pool_.target().identity(), version);
    return true;
}

size_t Store::append(const std::vector<Event>& events) {
    if (events.empty()) return 0;
    const std::lock_guard lock(appending_);
    if (epoch_ != pool_.epoch()) usage_.forget();
    epoch_ = pool_.epoch();
    try {
        return pool_.write([&](Connection& connection) {
            try {
                return usage_.append(connection, events);
            } catch (const SqlError&) {
                usage_.forget();  // its numbers are taken back with the transaction
                throw;
            }
        });
    } catch (const SqlError&) {
        usage_.forget();
        throw;
    }
}

bool Store::report(std::string_view question, std::string& answer) {
    return answerTo(question, answer, [&](const auto& ask) {
        pool_.read([&](Connection& connection) {
            PostgresLedger ledger(connection);
            ask(ledger);
        });
    });
}

}  // namespace store_postgres
