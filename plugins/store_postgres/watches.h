// Who wants to hear of documents, and the thread that tells them: by reading what is new in the database,
// whoever wrote it. NOTIFY wakes it; it looks by itself as well. One way for changes of this instance, of
// another generation and of another gateway.
//
// The thread is also the one that looks after the database: while it is away, it tries to reach it. What was
// told is kept, so that after an outage watchers hear of the differences, whatever happened meanwhile, and so
// that whoever comes during one hears of what was there before.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cache_file.h"
#include "mirror.h"
#include "pool.h"
#include "store_common/document.h"

namespace store_postgres {

class Watches {
public:
    /// `ready` is called with each fresh connection, before it is used; what it throws ends the attempt.
    /// `chores` runs between two looks; both on the thread.
    struct Work {
        std::function<void(Connection&)> ready;
        std::function<void(Connection&)> chores;
    };
    /// `known`: what the copy on disk says.
    Watches(Pool& pool, const Options& options, Log log, Mirror known, Work work);
    /// The thread has ended when this returns.
    ~Watches();
    Watches(const Watches&) = delete;
    Watches& operator=(const Watches&) = delete;

    /// Tells of what there is on the caller's thread, then of every change on its own. Never fails: while the
    /// database is away, what there is is what is known.
    int64_t add(std::string_view kind, Tell tell);
    void remove(int64_t id);

    /// All watchers of this schema in this process have heard of everything up to that version when this
    /// returns; or some seconds have passed, because one of them takes long. Does not wait while this thread
    /// is telling somebody, as that would be for itself.
    static void announce(const std::string& identity, uint64_t version);

    /// What another instance of this process knows of that schema: fresher than any copy.
    static Mirror knownTo(const std::string& identity);

private:
    struct Watch {
        int64_t id = 0;
        std::string kind;
        Tell tell;
        std::recursive_mutex telling;  // held while it is told; its callback may end it
        std::atomic<bool> ended{false};
    };
    using List = std::vector<std::shared_ptr<Watch>>;
    struct Known {
        Kind documents;
        uint64_t upto = 0;   // everything up to that version is in it …
        bool whole = false;  // … if it has been read since the connection was made
    };

    void work();
    void connect();
    void pause(Milliseconds most);
    bool heard();
    void look();
    void update(Connection& connection, const std::string& kind, uint64_t version);
    void reload(Connection& connection, const std::string& kind, uint64_t version);
    void changed(const std::string& kind, const Document& document);
    void lost();
    bool stillAway() const;
    void keepCopy(bool now);
    void wake();
    List listOf(const std::string& kind);

    Pool& pool_;
    const Options options_;
    const Log log_;
    const Work work_;
    const CacheFile copy_;
    std::unique_ptr<Connection> connection_;  // the thread's
    Clock::time_point looked_at_{};           // the thread's
    Milliseconds wait_{0};                    // the thread's: before the next attempt to connect
    std::string copy_fault_;                  // the thread's
    bool work_fault_ = false;                 // the thread's

    std::recursive_mutex order_;  // held while known_ changes and watchers are told of that
    std::map<std::string, Known, std::less<>> known_;  // guarded by order_
    bool copy_old_ = false;                            // guarded by order_
    Clock::time_point copied_at_{};                    // guarded by order_

    std::mutex mutex_;
    std::condition_variable looked_;
    // Guarded by mutex_ from here on.
    List watches_;
    int64_t last_id_ = 0;
    uint64_t told_ = 0;  // everybody has heard of everything up to here
    bool stopping_ = false;
    int wake_[2] = {-1, -1};

    std::thread thread_;
};

}  // namespace store_postgres
