#include "watches.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "documents.h"
#include "store_common/calendar.h"

namespace store_postgres {
namespace {

constexpr auto kPatience = std::chrono::seconds(5);  // with a watcher that takes long
constexpr auto kRefresh = std::chrono::hours(1);
constexpr auto kWaitFirst = Milliseconds(100);
constexpr auto kWaitMost = Milliseconds(2'000);

thread_local int telling_depth = 0;

struct Telling {
    Telling() { ++telling_depth; }
    ~Telling() { --telling_depth; }
};

// The instances of this library by schema: the old and the new generation of a reload share one.
std::mutex registry_mutex;
std::multimap<std::string, Watches*>& registry() {
    static std::multimap<std::string, Watches*> all;
    return all;
}

}  // namespace

Watches::Watches(Pool& pool, const Options& options, Log log, Mirror known, Work work)
    : pool_(pool),
      options_(options),
      log_(std::move(log)),
      work_(std::move(work)),
      copy_(options.cache_path, pool.target().identity()) {
    for (auto& [name, kind] : known) known_[name].documents = std::move(kind);
    copied_at_ = Clock::now();
    if (::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("no pipe can be made");
    pool_.onAway([this] {
        wake();
        looked_.notify_all();
    });
    thread_ = std::thread([this] { this->work(); });
    const std::lock_guard lock(registry_mutex);
    registry().emplace(pool_.target().identity(), this);
}

Watches::~Watches() {
    {
        const std::lock_guard lock(registry_mutex);
        auto& entries = registry();
        const auto own = std::find_if(entries.begin(), entries.end(),
                                      [this](const auto& entry) { return entry.second == this; });
        if (own != entries.end()) entries.erase(own);
    }
    pool_.onAway(nullptr);
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    looked_.notify_all();
    wake();
    thread_.join();
    keepCopy(true);
    ::close(wake_[0]);
    ::close(wake_[1]);
}

void Watches::wake() { (void)!::write(wake_[1], "x", 1); }

Watches::List Watches::listOf(const std::string& kind) {
    const std::lock_guard lock(mutex_);
    List list;
    for (const auto& watch : watches_) {
        if (watch->kind == kind) list.push_back(watch);
    }
    return list;
}

int64_t Watches::add(std::string_view kind, Tell tell) {
    auto watch = std::make_shared<Watch>();
    watch->kind = kind;
    watch->tell = std::move(tell);
    const std::lock_guard order(order_);
    // From within a callback nothing is read: the document that is being told comes first.
    if (!pool_.away() && telling_depth == 0) {
        try {
            pool_.read(
                [&](Connection& connection) { update(connection, watch->kind, lastVersion(connection)); });
        } catch (const SqlError&) {
            wake();  // what is known has to do; the thread finds out what there is to it
        }
    }
    const Telling telling;
    for (const auto* one : inOrder(known_[watch->kind].documents))
        watch->tell({watch->kind, one->first, one->second.json, one->second.version, false});
    const std::lock_guard lock(mutex_);
    watch->id = ++last_id_;
    watches_.push_back(watch);
    if (telling_depth > 1) wake();
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

void Watches::announce(const std::string& identity, uint64_t version) {
    const auto until = Clock::now() + kPatience;
    // With the registry's lock nobody of it ends; its holders never wait for a thread that needs it: who is
    // telling only takes it to wake the others, and then does not wait.
    std::unique_lock registered(registry_mutex, std::defer_lock);
    if (telling_depth > 0) {
        if (!registered.try_lock()) return;  // somebody is announcing or ending; NOTIFY will tell
    } else {
        registered.lock();
    }
    const auto [first, last] = registry().equal_range(identity);
    for (auto each = first; each != last; ++each) each->second->wake();
    if (telling_depth > 0) return;
    for (auto each = first; each != last; ++each) {
        Watches& watches = *each->second;
        std::unique_lock lock(watches.mutex_);
        watches.looked_.wait_until(lock, until, [&] {
            return watches.told_ >= version || watches.stopping_ || watches.pool_.away();
        });
    }
}

Mirror Watches::knownTo(const std::string& identity) {
    Mirror mirror;
    const std::lock_guard registered(registry_mutex);
    const auto [first, last] = registry().equal_range(identity);
    for (auto each = first; each != last && mirror.empty(); ++each) {
        const std::lock_guard order(each->second->order_);
        for (const auto& [name, known] : each->second->known_) mirror[name] = known.documents;
    }
    return mirror;
}

void Watches::work() {
    for (;;) {
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) return;
        }
        if (!connection_) connect();
        if (connection_) look();
        keepCopy(false);
        pause(connection_ ? Milliseconds(options_.poll_ms) : wait_);
    }
}

void Watches::connect() {
    try {
        auto fresh = pool_.connect();
        work_.ready(*fresh);
        // The name of the schema is [a-z_][a-z0-9_]*.
        fresh->script("LISTEN " + channelOf(pool_.target().schema()));
        connection_ = std::move(fresh);
        wait_ = Milliseconds(0);
        pool_.nextEpoch();
        const std::lock_guard order(order_);
        for (auto& [name, known] : known_) known.whole = false;
    } catch (const std::runtime_error& error) {
        // Words for the operator came with the outage; what is new is a server that is there and refuses.
        pool_.setAway(error.what());
        wait_ = std::clamp(wait_ * 2, kWaitFirst, kWaitMost);
    }
}

// Until there is something to do, or that time is over.
void Watches::pause(Milliseconds most) {
    if (connection_ && heard()) return;
    pollfd both[2] = {{wake_[0], POLLIN, 0}, {connection_ ? connection_->socket() : -1, POLLIN, 0}};
    const int ready = ::poll(both, 2, static_cast<int>(most.count()));
    char some[64];
    while (::read(wake_[0], some, sizeof some) > 0) continue;
    if (ready > 0 && connection_ && both[1].revents != 0) (void)heard();
}

bool Watches::heard() {
    try {
        return connection_->notified();
    } catch (const SqlError&) {
        lost();
        return true;
    }
}

// A server that has been started anew is there already: then nobody needs to hear of it.
void Watches::lost() {
    connection_.reset();
    wait_ = Milliseconds(0);
    connect();
}

// Somebody could not connect. This connection may be one of the last that the server allows.
bool Watches::stillAway() const {
    try {
        (void)pool_.connect();
        return false;
    } catch (const SqlError&) {
        return true;
    }
}

void Watches::look() {
    try {
        const uint64_t version = lastVersion(*connection_);
        if (pool_.away() && !stillAway()) pool_.setBack();
        {
            const std::lock_guard order(order_);
            // Removed documents leave a trace for some time only.
            if (Clock::now() - looked_at_ > Milliseconds(options_.tombstone_ms) / 2) {
                for (auto& [name, known] : known_) known.whole = false;
            }
            std::vector<std::string> kinds;
            for (const auto& [name, known] : known_) kinds.push_back(name);
            for (const auto& name : kinds) update(*connection_, name, version);
        }
        looked_at_ = Clock::now();
        {
            const std::lock_guard lock(mutex_);
            told_ = version;
        }
        looked_.notify_all();
        work_.chores(*connection_);
        work_fault_ = false;
    } catch (const SqlError& error) {
        if (error.lost() || !connection_->fresh()) return lost();
        if (!work_fault_)
            log_(Level::Error,
                 pool_.target().place() + ": changes cannot be read, and are tried again: " + error.what());
        work_fault_ = true;
    }
}

void Watches::update(Connection& connection, const std::string& kind, uint64_t version) {
    // A version that has gone back: somebody has put an older copy of the database in its place.
    Known& known = known_[kind];
    if (!known.whole || version < known.upto) return reload(connection, kind, version);
    if (version == known.upto) return;
    const auto found = readDocuments(connection, kind, known.upto);
    for (int row = 0; row < found.rows(); ++row) {
        const auto of_row = static_cast<uint64_t>(found.integer(row, 2));
        const std::string id = found.text(row, 0), json = found.text(row, 1);
        changed(kind, {kind, id, json, of_row, found.boolean(row, 3)});
        version = std::max(version, of_row);
    }
    known.upto = version;
}

// All of it, and what is different from what is known.
void Watches::reload(Connection& connection, const std::string& kind, uint64_t version) {
    const auto found = readDocuments(connection, kind, 0);
    Known& known = known_[kind];
    std::set<std::string> seen;
    uint64_t upto = version;
    for (int row = 0; row < found.rows(); ++row) {
        const std::string id = found.text(row, 0), json = found.text(row, 1);
        const bool removed = found.boolean(row, 3);
        const auto of_row = static_cast<uint64_t>(found.integer(row, 2));
        upto = std::max(upto, of_row);
        seen.insert(id);
        const auto before = known.documents.find(id);
        const bool there = before != known.documents.end();
        const bool same = there && before->second.version == of_row && before->second.json == json;
        if (removed ? there : !same) changed(kind, {kind, id, json, of_row, removed});
    }
    std::vector<std::string> gone;
    for (const auto& [id, kept] : known.documents) {
        if (seen.count(id) == 0) gone.push_back(id);
    }
    for (const auto& id : gone) changed(kind, {kind, id, {}, upto, true});
    known.upto = upto;
    known.whole = true;
}

void Watches::changed(const std::string& kind, const Document& document) {
    const auto list = listOf(kind);  // who joins now is told of what is known, and that includes this
    Kind& documents = known_[kind].documents;
    if (document.removed) {
        const auto old = documents.find(document.id);
        if (old != documents.end()) documents.erase(old);
    } else {
        documents.insert_or_assign(std::string(document.id),
                                   Kept{std::string(document.json), document.version});
    }
    copy_old_ = true;
    const Telling telling;
    for (const auto& watch : list) {
        const std::lock_guard told(watch->telling);
        if (!watch->ended) watch->tell(document);
    }
}

// Only what has been read from the database is written: a copy must not outlive itself with a new date.
void Watches::keepCopy(bool now) {
    if (!copy_.used()) return;
    Mirror mirror;
    {
        const std::lock_guard order(order_);
        const bool due = now || Clock::now() - copied_at_ >= Milliseconds(options_.cache_pause_ms);
        // Without changes it gets a new date now and then: how old it is will be told.
        const bool refresh = looked_at_ - copied_at_ >= kRefresh && !pool_.away();
        if ((!copy_old_ && !refresh) || !due) return;
        for (const auto& [name, known] : known_) mirror[name] = known.documents;
        copy_old_ = false;
        copied_at_ = Clock::now();
    }
    const std::string fault = copy_.write(mirror, nowMs());
    if (!fault.empty() && fault != copy_fault_)
        log_(Level::Warn, copy_.path() + " (cache_path) cannot be written: " + fault +
                              "; without it a start without the database knows no keys");
    copy_fault_ = fault;
}

}  // namespace store_postgres
