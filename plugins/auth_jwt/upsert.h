// Teams and users that tokens name and the store does not know yet: written by a timer, a moment later.
#pragma once

#include <deque>
#include <mutex>
#include <set>
#include <string>

#include <sluice/plugin.hpp>

#include "teams.h"

namespace auth_jwt {

class Upserts {
public:
    explicit Upserts(sluice::Host host) : host_(host) {}
    ~Upserts();
    Upserts(const Upserts&) = delete;
    Upserts& operator=(const Upserts&) = delete;

    /// [control]
    void start(const sluice_store* store, sluice_instance* self);
    /// Nothing waits here; more than 1,000 at once are left to the next request. [loop]
    void add(const Newcomers& newcomers, const std::string& email);

private:
    struct Document {
        std::string kind, id, json;
    };
    void addOne(const char* kind, const std::string& id, const std::string& json);
    void write();

    const sluice::Host host_;
    const sluice_store* store_ = nullptr;
    sluice_instance* store_self_ = nullptr;
    int64_t timer_ = 0;
    std::mutex mutex_;
    // Guarded by mutex_.
    std::deque<Document> waiting_;
    std::set<std::pair<std::string, std::string>> known_;  // those in waiting_
    bool failing_ = false;
};

}  // namespace auth_jwt
