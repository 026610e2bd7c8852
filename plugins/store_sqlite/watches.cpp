#include "watches.h"

#include <algorithm>
#include <map>

namespace store_sqlite {
namespace {

constexpr int64_t kBreathMs = 10;

constexpr auto kPatience = std::chrono::seconds(5);  // with a watcher that takes long

thread_local bool on_watch_thread = false;

// The instances of this library by file: the old and the new generation of a reload share one.
std::mutex registry_mutex;
std::multimap<std::string, Watches*>& registry() {
    static std::multimap<std::string, Watches*> all;
    return all;
}

}  // namespace

Watches::Watches(const Database& database, const Options& options, Log log, std::function<bool()> chores)
    : database_(database),
      poll_ms_(options.poll_ms),
      log_(std::move(log)),
      chores_(std::move(chores)),
      connection_(database.connect()) {
    thread_ = std::thread([this] { work(); });
    const std::lock_guard lock(registry_mutex);
    registry().emplace(database_.identity(), this);
}

Watches::~Watches() {
    {
        const std::lock_guard lock(registry_mutex);
        auto& entries = registry();
        const auto own = std::find_if(entries.begin(), entries.end(),
                                      [this](const auto& entry) { return entry.second == this; });
        if (own != entries.end()) entries.erase(own);
    }
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

int64_t Watches::add(std::string_view kind, Tell tell) {
    auto watch = std::make_shared<Watch>();
    watch->kind = kind;
    watch->tell = std::move(tell);
    auto connection = database_.connect();
    {
        const Transaction snapshot(connection, Transaction::Kind::Read);
        watch->last = lastVersion(connection);
        readDocuments(connection, kind, 0, [&](const Document& document) {
            watch->tell(document);
            return true;
        });
    }
    const std::lock_guard lock(mutex_);
    watch->id = ++last_id_;
    watches_.push_back(watch);
    told_ = std::min(told_, watch->last);  // who writes from now on waits for this one, too
    ++asked_;                              // something may have been written since the snapshot
    changed_.notify_all();
    return watch->id;
}

void Watches::remove(int64_t id) {
    std::shared_ptr<Watch> watch;
    {
        const std::lock_guard lock(mutex_);
        const auto found =
            std::find_if(watches_.begin(), watches_.end(), [id](const auto& one) { return one->id == id; });
        if (found == watches_.end()) return;
        watch = *found;
        watches_.erase(found);
    }
    watch->ended = true;
    const std::lock_guard told(watch->telling);  // waits for the document that it is being told of
}

void Watches::announce(const std::string& file, uint64_t version) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    // With the registry's lock nobody of it ends; its holders never wait for a thread that needs it: a watch
    // thread only takes it to announce, and then does not wait.
    std::unique_lock registered(registry_mutex, std::defer_lock);
    if (on_watch_thread) {
        if (!registered.try_lock()) return;  // somebody is announcing or ending; the poll will tell
    } else {
        registered.lock();
    }
    const auto [first, last] = registry().equal_range(file);
    for (auto each = first; each != last; ++each) {
        Watches& watches = *each->second;
        const std::lock_guard lock(watches.mutex_);
        ++watches.asked_;
        watches.changed_.notify_all();
    }
    if (on_watch_thread) return;
    for (auto each = first; each != last; ++each) {
        Watches& watches = *each->second;
        std::unique_lock lock(watches.mutex_);
        watches.changed_.wait_until(lock, until,
                                    [&] { return watches.told_ >= version || watches.stopping_; });
    }
}

std::vector<std::shared_ptr<Watches::Watch>> Watches::all() {
    const std::lock_guard lock(mutex_);
    return watches_;
}

void Watches::work() {
    on_watch_thread = true;
    std::unique_lock lock(mutex_);
    bool more = false;
    while (!stopping_) {
        // Between two chores others may have the file's lock: SQLite lets nobody queue for it.
        changed_.wait_for(lock, std::chrono::milliseconds(more ? kBreathMs : poll_ms_),
                          [this] { return stopping_ || asked_ > looked_; });
        if (stopping_) return;
        const uint64_t asked = asked_;
        lock.unlock();
        look();
        more = chores_();
        lock.lock();
        looked_ = asked;
    }
}

void Watches::look() {
    try {
        // Changes when another connection has committed, and costs next to nothing; also for usage, which is
        // why the version is asked for then. A fresh watch wants to be looked after in any case.
        const int64_t data_version = connection_.value("PRAGMA data_version");
        {
            const std::lock_guard lock(mutex_);
            if (data_version == data_version_ && asked_ == looked_) return;
        }
        {
            const Transaction snapshot(connection_, Transaction::Kind::Read);
            const uint64_t upto = lastVersion(connection_);
            const auto list = all();
            for (const auto& watch : list) tellOf(*watch, connection_, upto);
            const std::lock_guard lock(mutex_);
            // Who came meanwhile is behind perhaps.
            told_ = upto;
            for (const auto& watch : watches_) {
                if (std::find(list.begin(), list.end(), watch) == list.end())
                    told_ = std::min(told_, watch->last);
            }
        }
        data_version_ = data_version;
        changed_.notify_all();
        if (failing_) log_(Level::Info, database_.path() + ": changes are read again");
        failing_ = false;
    } catch (const SqlError& error) {
        if (!failing_)
            log_(Level::Error,
                 database_.path() + ": changes cannot be read, and are tried again: " + error.what());
        failing_ = true;
    }
}

void Watches::tellOf(Watch& watch, Connection& connection, uint64_t upto) {
    const std::lock_guard telling(watch.telling);
    if (watch.last >= upto) return;
    readDocuments(connection, watch.kind, watch.last, [&](const Document& document) {
        if (watch.ended) return false;
        watch.tell(document);
        watch.last = document.version;  // if a row cannot be read, the next look goes on behind this one
        return !watch.ended;
    });
    watch.last = upto;
}

}  // namespace store_sqlite
