// What budgets have used according to the books: where their counters begin, and, now and then, what other
// gateways have added.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

#include "rule.h"

namespace limits {

class Seeds {
public:
    Seeds(sluice::Host host, const Zone& zone);

    /// From start() on; without a store budgets begin at 0. [control]
    void connect(const sluice_store* store, sluice_instance* store_self, const sluice_counters* counters,
                 sluice_instance* counters_self);

    /// Gives the counter of the budget its beginning. If the store cannot say, it begins at 0, and is put
    /// right later. [loop] [may-wait]
    void plant(const sluice::Request& request, const Rule& rule);
    /// It was asked by a request: look at it again at the next refresh. [any]
    void touched(const Rule& rule);
    /// [offload] [may-wait]
    void refresh();

private:
    struct Question {
        const Seeds* seeds;
        const Rule* rule;
        Period period;
        std::optional<int64_t> answer;
    };
    std::optional<int64_t> usedPico(const Rule& rule, const Period& period) const;
    void seed(const Rule& rule, const Period& period, int64_t pico) const;
    void noteOutage(bool away);

    sluice::Host host_;
    const Zone& zone_;
    const sluice_host_offload* offload_;
    const sluice_store* store_ = nullptr;
    sluice_instance* store_self_ = nullptr;
    const sluice_counters* counters_ = nullptr;
    sluice_instance* counters_self_ = nullptr;

    std::mutex mutex_;
    std::set<std::string> planting_;                       // guarded by mutex_
    std::vector<std::shared_ptr<const Rule>> to_refresh_;  // guarded by mutex_
    bool away_ = false;                                    // guarded by mutex_
};

}  // namespace limits
