// The store: one connection that writes, some that read, a thread that tells watchers and tidies up.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "combos.h"
#include "database.h"
#include "documents.h"
#include "packed.h"
#include "reporter.h"
#include "store_common/event.h"
#include "upkeep.h"
#include "usage_writer.h"
#include "watches.h"

namespace store_sqlite {

class Store {
public:
    /// Throws std::runtime_error with words for the operator.
    Store(const Options& options, Log log);

    // Each throws SqlError and then has changed nothing.
    int64_t watch(std::string_view kind, Tell tell) { return watches_->add(kind, std::move(tell)); }
    void unwatch(int64_t id) { watches_->remove(id); }
    /// False: a document is not what one of the changes expected.
    bool write(const std::vector<Change>& changes, uint64_t& version);
    /// How many were new.
    size_t append(const std::vector<Event>& events);
    /// False: the question is none, and the answer says why.
    bool report(std::string_view question, std::string& answer) { return reporter_.answer(question, answer); }

    const std::string& path() const { return database_.path(); }

private:
    const Log log_;
    Database database_;
    std::mutex writing_;  // guards writer_ and what writes with it
    Connection writer_;
    UsageWriter usage_;
    Combos combos_;
    Upkeep upkeep_;
    Packer packer_;
    Reporter reporter_;
    std::unique_ptr<Watches> watches_;  // the last: its thread uses the rest
};

}  // namespace store_sqlite
