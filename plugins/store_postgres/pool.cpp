#include "pool.h"

namespace store_postgres {
namespace {

Deadlines deadlinesOf(const Options& options) {
    return {Milliseconds(options.connect_timeout_ms), Milliseconds(options.statement_timeout_ms),
            Milliseconds(options.lock_timeout_ms)};
}

constexpr auto kPause = Milliseconds(50);
constexpr int kLooks = 40;  // at a transaction whose end is not known

}  // namespace

Pool::Pool(Target target, const Options& options, Log log)
    : target_(std::move(target)), options_(options), log_(std::move(log)) {}

std::unique_ptr<Connection> Pool::connect() const {
    return std::make_unique<Connection>(target_, deadlinesOf(options_));
}

void Pool::onAway(std::function<void()> then) {
    const std::lock_guard lock(mutex_);
    on_away_ = std::move(then);
}

void Pool::setAway(const std::string& why) {
    std::vector<std::unique_ptr<Connection>> old;
    std::function<void()> then;
    {
        const std::lock_guard lock(mutex_);
        if (away_) return;
        away_ = true;
        old.swap(idle_);
        then = on_away_;
    }
    returned_.notify_all();
    log_(Level::Error, target_.place() + ": the database is away (" + why +
                           "); documents stay as they are known, writing and reports fail until it is back");
    if (then) then();
}

void Pool::startAway(const std::string& why, const std::string& what_now) {
    away_ = true;
    log_(Level::Warn, target_.place() + ": the database cannot be reached (" + why + "); " + what_now);
}

void Pool::setBack() {
    {
        const std::lock_guard lock(mutex_);
        if (!away_) return;
        away_ = false;
    }
    log_(Level::Info, target_.place() + ": the database is back");
}

std::unique_ptr<Connection> Pool::take(bool fresh) {
    const auto until = Clock::now() + Milliseconds(options_.statement_timeout_ms);
    {
        std::unique_lock lock(mutex_);
        if (fresh) idle_.clear();  // what one of them has met, the others have met as well
        const bool free =
            returned_.wait_until(lock, until, [this] { return away_ || lent_ < options_.pool_size; });
        if (away_) throw SqlError("", true, "the database is away");
        if (!free)
            throw SqlError("", false,
                           "all " + std::to_string(options_.pool_size) + " connections (pool_size) are busy");
        ++lent_;
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
    }
    try {
        return connect();
    } catch (const SqlError& error) {
        give(nullptr);
        if (error.lost()) setAway(error.what());
        throw;
    }
}

void Pool::give(std::unique_ptr<Connection> connection) {
    const bool keep = connection && connection->fresh();
    {
        const std::lock_guard lock(mutex_);
        --lent_;
        if (keep && !away_) idle_.push_back(std::move(connection));
    }
    returned_.notify_one();
}

// The server may not have noticed yet that its client has gone: then the transaction is still in progress.
bool Pool::committed(const std::string& transaction) {
    std::mutex mutex;
    std::condition_variable pause;
    std::string why = "it is still in progress";
    try {
        for (int look = 0; look < kLooks; ++look) {
            const auto state =
                connect()->once("SELECT pg_xact_status($1::xid8)", Values(transaction)).text(0, 0);
            if (state == "committed") return true;
            if (state == "aborted") return false;
            std::unique_lock lock(mutex);
            pause.wait_for(lock, kPause);
        }
    } catch (const SqlError& error) {
        why = error.what();
    }
    throw SqlError(
        "", true, "the connection broke in the middle of a commit, whose outcome is not known: " + why, true);
}

}  // namespace store_postgres
