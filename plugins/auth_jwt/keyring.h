// All keys that are known: those of the configuration, and those of each source as they are just now.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

#include "key_set.h"
#include "key_source.h"

namespace auth_jwt {

class Keyring {
public:
    Keyring(std::vector<SigningKey> own, std::vector<KeySource::Settings> sources, sluice::Host host);
    ~Keyring();
    Keyring(const Keyring&) = delete;
    Keyring& operator=(const Keyring&) = delete;

    /// The first fetch follows within a tenth of a second. [control]
    void start();

    std::shared_ptr<const KeySet> keys() const;
    /// Another number, other keys. From 1. [any]
    uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
    /// False as long as a source has never answered. [any]
    bool complete() const;

    /// Asks the sources for newer keys and waits until `found()`, until they have answered, or for two
    /// seconds; returns at once if they have been asked a moment ago. [loop] [may-wait]
    template <class Found>
    void await(const sluice::Request& request, Found&& found) {
        if (!wish()) return;
        const Waiter waiter(*this);
        if (!waiter.allowed) return;
        for (uint32_t waited = 0; waited < kWaitMs && !found() && busy(); waited += kPollMs) {
            if (request.sleep(kPollMs) != SLUICE_OK) return;
        }
    }

    std::string exportState() const;
    void importState(std::string_view bytes);

private:
    static constexpr uint32_t kWaitMs = 2'000, kPollMs = 10;
    static constexpr int kWaitersMax = 256;
    struct Waiter {
        explicit Waiter(Keyring& r) : ring(r), allowed(r.waiting_.fetch_add(1) < kWaitersMax) {}
        ~Waiter() { ring.waiting_.fetch_sub(1); }
        Keyring& ring;
        const bool allowed;
    };
    struct Entry {
        Keyring* ring;
        std::unique_ptr<KeySource> source;
        int64_t timer = 0;
    };
    bool wish();
    bool busy() const;
    void collect();

    const sluice::Host host_;
    const std::vector<SigningKey> own_;
    std::vector<Entry> sources_;
    std::atomic<int> waiting_{0};
    std::atomic<uint64_t> generation_{1};
    mutable std::mutex mutex_;
    std::shared_ptr<const KeySet> keys_;  // guarded by mutex_
};

}  // namespace auth_jwt
