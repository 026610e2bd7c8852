#include "reporter.h"

#include <utility>

#include "ledger.h"
#include "store_common/report.h"

namespace store_sqlite {

std::unique_ptr<Connection> Reporter::takeConnection() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
    }
    auto connection = std::make_unique<Connection>(database_.connect());
    connection->run("PRAGMA query_only = ON; PRAGMA cache_size = -16384");
    return connection;
}

void Reporter::warmUp() {
    if (std::exchange(warm_, true)) return;
    try {
        const auto connection = takeConnection();
        const Transaction transaction(*connection, Transaction::Kind::Read);
        (void)combos_.upToDate(*connection);
    } catch (const SqlError&) {
        // Tried again by whoever asks.
    }
}

bool Reporter::answer(std::string_view question, std::string& json) {
    auto connection = takeConnection();
    const bool good = answerTo(question, json, [&](const auto& ask) {
        const Transaction transaction(*connection, Transaction::Kind::Read);
        const auto combos = combos_.upToDate(*connection);
        const Snapshot snapshot{*connection, combos, fresh_};
        SqliteLedger ledger(snapshot);
        ask(ledger);
    });
    // One that failed for another reason is not used again.
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
    return good;
}

}  // namespace store_sqlite
