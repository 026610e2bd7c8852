// HTTP calls on behalf of plugins, over the same pools as the upstreams.
#pragma once

#include <mutex>
#include <vector>

#include "gateway/worker.h"
#include "plugin_host/services.h"

namespace sluice::gateway {

class Callout final : public host::HttpCaller {
public:
    /// `workers`: where calls from threads that are no loop are carried out. Filled in before the first call.
    explicit Callout(const base::Limits& limits) : limits_(limits) {}
    void setWorkers(std::vector<Worker*> workers);
    /// From now on threads that are no loop are refused: the loops are about to stop. [control]
    void close() { setWorkers({}); }

    base::Status call(const host::HttpCall& call, base::TimePoint deadline,
                      host::HttpAnswer& answer) override;

private:
    base::Status callHere(Worker& worker, const host::HttpCall& call, base::TimePoint deadline,
                          host::HttpAnswer& answer);
    base::Status callElsewhere(const host::HttpCall& call, base::TimePoint deadline,
                               host::HttpAnswer& answer);

    const base::Limits& limits_;
    std::mutex mutex_;
    std::vector<Worker*> workers_;  // guarded by mutex_
};

}  // namespace sluice::gateway
