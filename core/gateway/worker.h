// What belongs to one event loop: its pool of upstream connections, its view of the model groups.
#pragma once

#include "base/loop.h"
#include "gateway/group_table.h"
#include "upstream/pool.h"

namespace sluice::gateway {

struct Worker {
    Worker(base::Loop& l, upstream::Resolver& resolver, Poco::Net::Context::Ptr tls,
           const base::Limits& limits)
        : loop(l), pool(l, resolver, std::move(tls), limits) {}

    base::Loop& loop;
    upstream::Pool pool;
    GroupTables groups;

    /// The worker of this thread; null on threads that are no loop.
    static Worker*& current() {
        thread_local Worker* worker = nullptr;
        return worker;
    }
};

}  // namespace sluice::gateway
