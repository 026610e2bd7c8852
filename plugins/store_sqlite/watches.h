// Who wants to hear of documents, and the thread that tells them: by reading what is new in the file, whoever
// wrote it. One way for changes of this instance, of another generation and of another process.
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

#include "database.h"
#include "documents.h"

namespace store_sqlite {

class Watches {
public:
    /// `chores` runs on the thread between two looks at the file and answers whether there is more to do at
    /// once.
    Watches(const Database& database, const Options& options, Log log, std::function<bool()> chores);
    /// The thread has ended when this returns.
    ~Watches();
    Watches(const Watches&) = delete;
    Watches& operator=(const Watches&) = delete;

    /// Tells of what there is on the caller's thread, then of every change on its own. Throws SqlError.
    int64_t add(std::string_view kind, Tell tell);
    void remove(int64_t id);

    /// All watchers of this file in this library have heard of everything up to that version when this
    /// returns; or some seconds have passed, because one of them takes long. On a thread of any Watches it
    /// does not wait, as that would be for itself.
    static void announce(const std::string& file, uint64_t version);

private:
    struct Watch {
        int64_t id = 0;
        std::string kind;
        Tell tell;
        uint64_t last = 0;             // heard of everything up to here; the thread's, once it is in the list
        std::recursive_mutex telling;  // held while it is told; its callback may end it
        std::atomic<bool> ended{false};
    };

    void work();
    void look();
    bool toldUpTo(uint64_t version);
    void tellOf(Watch& watch, Connection& connection, uint64_t upto);
    std::vector<std::shared_ptr<Watch>> all();

    const Database& database_;
    const int64_t poll_ms_;
    const Log log_;
    const std::function<bool()> chores_;
    Connection connection_;     // the thread's
    int64_t data_version_ = 0;  // the thread's
    bool failing_ = false;      // the thread's

    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_ from here on.
    std::vector<std::shared_ptr<Watch>> watches_;
    int64_t last_id_ = 0;
    uint64_t told_ = 0;    // everybody has heard of everything up to here
    uint64_t asked_ = 0;   // looks asked for …
    uint64_t looked_ = 0;  // … and done
    bool stopping_ = false;

    std::thread thread_;
};

}  // namespace store_sqlite
