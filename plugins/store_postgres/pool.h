// Connections: some that are kept, none more than allowed, and the knowledge whether the database is there at
// all. While it is away every call fails at once; the one thread that looks after it tries to reach it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "options.h"
#include "pq.h"
#include "store_common/log.h"

namespace store_postgres {

class Pool {
public:
    Pool(Target target, const Options& options, Log log);

    /// A connection more, whether the database is thought to be there or not. Throws SqlError.
    std::unique_ptr<Connection> connect() const;

    bool away() const { return away_; }
    /// Says so once; `then` of onAway is called. Whoever loses a connection says why.
    void setAway(const std::string& why);
    /// The same before anybody has asked: a warning, with what that means.
    void startAway(const std::string& why, const std::string& what_now);
    void setBack();
    /// Grows with every connection that the watchers' thread has to make anew: what was remembered of the
    /// database may not hold any more.
    int64_t epoch() const { return epoch_; }
    void nextEpoch() { ++epoch_; }
    void onAway(std::function<void()> then);
    const Target& target() const { return target_; }

    /// Runs body(connection) within a transaction, and commits. If the connection breaks, once again with
    /// another one; if it breaks in the middle of the commit, what became of it is found out first. Throws
    /// SqlError; then nothing has changed, unless the words say that this is not known.
    template <class Body>
    auto write(Body&& body) {
        return retried([&](Connection& connection) {
            Transaction transaction(connection, Transaction::Kind::Write);
            auto made = body(connection);
            const auto id = connection.run("SELECT pg_current_xact_id_if_assigned()::text");
            const std::string number = id.null(0, 0) ? std::string() : id.text(0, 0);
            try {
                transaction.commit();
            } catch (const SqlError& error) {
                if (!error.lost() || number.empty()) throw;
                if (!committed(number)) throw;
            }
            return made;
        });
    }
    /// The same for a transaction that reads, all as of one moment.
    template <class Body>
    void read(Body&& body) {
        (void)retried([&](Connection& connection) {
            Transaction transaction(connection, Transaction::Kind::Read);
            body(connection);
            transaction.commit();
            return true;
        });
    }

private:
    class Lease {
    public:
        Lease(Pool& pool, std::unique_ptr<Connection> connection)
            : pool_(pool), connection_(std::move(connection)) {}
        ~Lease() { pool_.give(std::move(connection_)); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Connection& operator*() { return *connection_; }

    private:
        Pool& pool_;
        std::unique_ptr<Connection> connection_;
    };

    template <class Body>
    auto retried(Body&& body) -> decltype(body(std::declval<Connection&>())) {
        for (int attempt = 0;; ++attempt) {
            auto connection = take(attempt > 0);
            try {
                Lease lease(*this, std::move(connection));
                return body(*lease);
            } catch (const SqlError& error) {
                const bool last = attempt > 0 || error.unknown();
                if (last && error.lost()) setAway(error.what());
                if (last || (!error.lost() && !error.again())) throw;
            }
        }
    }
    std::unique_ptr<Connection> take(bool fresh);
    void give(std::unique_ptr<Connection> connection);
    bool committed(const std::string& transaction);

    const Target target_;
    const Options options_;
    const Log log_;
    std::atomic<bool> away_{false};
    std::atomic<int64_t> epoch_{0};

    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Connection>> idle_;  // guarded by mutex_, as what follows
    int64_t lent_ = 0;
    std::function<void()> on_away_;
};

}  // namespace store_postgres
