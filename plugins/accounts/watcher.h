// Follows the documents of a store.
#pragma once

#include <deque>
#include <functional>
#include <string_view>

#include <sluice/plugin.hpp>

namespace accounts {

class Watcher {
public:
    explicit Watcher(sluice::Host host) : host_(host) {}
    ~Watcher();  // nobody is told any more when this returns
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    /// The store of that name, or the only one. False if there is none, or several. From start() on.
    /// [control]
    bool open(std::string_view store);
    /// Tells of all there is before it returns, then of each change, on a thread of the store's. Throws
    /// sluice::ConfigError. [control]
    void watch(std::string_view kind, std::function<void(const sluice_document&)> take);

    /// Null until open() has found one.
    const sluice_store* store() const { return store_; }
    sluice_instance* owner() const { return owner_; }

private:
    struct Watch {
        std::function<void(const sluice_document&)> take;
        int64_t id;
    };

    sluice::Host host_;
    const sluice_store* store_ = nullptr;
    sluice_instance* owner_ = nullptr;
    std::deque<Watch> watches_;  // the store holds pointers to them
};

}  // namespace accounts
