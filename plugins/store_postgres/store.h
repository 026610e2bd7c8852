// The store: connections, the watchers' thread, and the writing of usage.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"
#include "pool.h"
#include "store_common/document.h"
#include "store_common/event.h"
#include "upkeep.h"
#include "usage_writer.h"
#include "watches.h"

namespace store_postgres {

class Store {
public:
    /// Starts without the database if it cannot be reached. Throws std::runtime_error with words for the
    /// operator if the configuration is wrong, or the database is no place for us.
    Store(const Options& options, Log log);
    ~Store();

    int64_t watch(std::string_view kind, Tell tell) { return watches_->add(kind, std::move(tell)); }
    void unwatch(int64_t id) { watches_->remove(id); }
    // Each throws SqlError and then has changed nothing, as far as that can be known.
    /// False: a document is not what one of the changes expected.
    bool write(const std::vector<Change>& changes, uint64_t& version);
    /// How many were new.
    size_t append(const std::vector<Event>& events);
    /// False: the question is none, and the answer says why.
    bool report(std::string_view question, std::string& answer);

    const std::string& place() const { return pool_.target().place(); }

private:
    void start(Mirror& known);

    const Options options_;
    const Log log_;
    Pool pool_;
    std::mutex appending_;  // guards usage_; who waits here needs no connection meanwhile
    UsageWriter usage_;
    int64_t epoch_ = 0;                 // the pool's, when usage_ was used last; guarded by appending_
    Upkeep upkeep_;                     // of the watchers' thread
    std::unique_ptr<Watches> watches_;  // the last: its thread uses the rest
};

}  // namespace store_postgres
