// What was told, in the store: a document of the kind "alert" for each. So a restart does not tell it again,
// and of several gateways on one store one tells it.
//
// A claim is made before the alert is sent. One that nobody marks as delivered within kVoidMs counts for
// nothing: its gateway has died, or its channels were away for too long.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

#include "accounts/watcher.h"
#include "alert.h"

namespace alerts {

constexpr const char* kClaimKind = "alert";
constexpr int64_t kVoidMs = 900'000;

class Claims {
public:
    /// `watcher` has found a store, and outlives this.
    Claims(const sluice::Host& host, accounts::Watcher& watcher, std::string owner)
        : host_(host), watcher_(watcher), owner_(std::move(owner)) {}

    void follow();  // [control]
    /// True: it is ours to tell. False: it was told, and that holds until *until_ms. [offload]
    bool claim(const std::string& key, int64_t now_ms, int64_t window_ms, int64_t* until_ms);
    /// A channel has taken it. [any]
    void delivered(const std::string& key);
    /// Writes what was delivered, and now and then takes away what is long over. [offload]
    void tend(int64_t now_ms);

private:
    struct Known {
        uint64_t version = SLUICE_STORE_NONE;
        int64_t until_ms = 0, claimed_ms = 0;
        bool delivered = false;
        std::string owner;
    };
    void learn(const sluice_document& document);
    bool write(const std::string& id, const Known& known, uint64_t expected, bool* away);

    const sluice::Host host_;
    accounts::Watcher& watcher_;
    const std::string owner_;
    std::mutex mutex_;
    std::map<std::string, Known> known_;  // guarded by mutex_: by the document's id
    std::vector<std::string> to_mark_;    // guarded by mutex_: ids
    int64_t swept_ms_ = 0;                // [offload]
};

}  // namespace alerts
