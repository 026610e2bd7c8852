// Idle states, by policy and tenant. A state goes from one request of a tenant to the next, never to another
// tenant's. What is too much is closed, the one that has waited longest first.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sandbox/sandbox.h"

namespace lua_policy {

class Pool {
public:
    explicit Pool(size_t max) : max_(max) {}

    /// Before the first state.
    void resize(size_t max) { max_ = max; }
    /// Null if none is idle. [any]
    std::unique_ptr<Sandbox> take(const std::string& key);
    void give(const std::string& key, std::unique_ptr<Sandbox> state);
    size_t idle() const;

private:
    struct Same;
    struct Idle {
        Same* same = nullptr;
        std::unique_ptr<Sandbox> state;
    };
    struct Same {  // of one key
        std::vector<std::list<Idle>::iterator> idle;
    };
    std::unique_ptr<Sandbox> dropOldest();

    mutable std::mutex mutex_;
    size_t max_;
    std::list<Idle> list_;                          // the one used last in front
    std::list<Idle> spare_;                         // without a state: taking and giving allocate nothing
    std::unordered_map<std::string, Same> by_key_;  // some are empty
};

}  // namespace lua_policy
