#include "readers.h"

#include <new>

namespace cache_disk {

struct Readers::Thread {
    std::optional<Lookup> lookup;
    uint64_t epoch = 0;
};

Readers::Readers(Place& place, const Options& options, Used& used,
                 std::function<void(const std::string& key)> damaged)
    : place_(place), used_(used), damaged_(std::move(damaged)) {
    for (int64_t i = 0; i < options.readers; ++i) threads_.emplace_back([this] { run(); });
}

Readers::~Readers() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    ready_.notify_all();
    for (auto& thread : threads_) thread.join();
}

bool Readers::ask(std::shared_ptr<Asked> asked) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= kLookupsMax) return false;
        queue_.push_back(std::move(asked));
    }
    ready_.notify_one();
    return true;
}

void Readers::run() {
    Thread own;
    for (;;) {
        std::shared_ptr<Asked> asked;
        {
            std::unique_lock lock(mutex_);
            ready_.wait(lock, [this] { return ending_ || !queue_.empty(); });
            if (ending_) return;  // who still waits has a deadline
            asked = std::move(queue_.front());
            queue_.pop_front();
        }
        {
            const std::lock_guard lock(asked->mutex);
            if (asked->over) continue;
        }
        answer(*asked, own);
        asked->wake();
    }
}

void Readers::answer(Asked& asked, Thread& own) {
    std::vector<std::optional<Found>> all(asked.keys.size());
    bool failed = !place_.ready();
    try {
        if (!failed && (!own.lookup || own.epoch != place_.epoch())) {
            own.lookup.reset();
            std::string path;
            own.lookup.emplace(place_.connect(own.epoch, path), used_);
        }
        const int64_t now = wallMs();
        for (size_t i = 0; i < all.size() && !failed; ++i) {
            Found found;
            const auto outcome = own.lookup->find(asked.keys[i], now, found);
            if (outcome == Lookup::Outcome::Found) all[i] = std::move(found);
            if (outcome == Lookup::Outcome::Damaged) {
                ++damaged_count_;
                damaged_(asked.keys[i]);
            }
            ++(all[i] ? hits_ : misses_);
        }
    } catch (const SqlError& error) {
        failed = true;
        own.lookup.reset();
        place_.failed(error, own.epoch);
    } catch (const std::bad_alloc&) {
        failed = true;  // a large value: the next one may be smaller
        own.lookup.reset();
    }
    const std::lock_guard lock(asked.mutex);
    asked.found = std::move(all);
    asked.failed = failed;
    asked.done = true;
}

}  // namespace cache_disk
