#include "gateway/group_table.h"

#include <algorithm>

namespace sluice::gateway {

GroupTable::GroupTable(const Generation& generation, const std::vector<uint32_t>& deployments) {
    for (const uint32_t index : deployments) {
        const DeploymentRuntime& runtime = generation.deployment(index);
        const config::Deployment& c = *runtime.config;
        deployments_.push_back(&runtime);
        limited_ |= runtime.max_parallel > 0;
        ordered_ |= c.order >= 0;
        items_.push_back({sizeof(sluice_candidate), 0, host::str(c.id), host::str(c.model),
                          host::str(c.provider), c.weight, c.rpm, c.tpm, c.order, host::str(runtime.params),
                          index, c.max_input_tokens, c.input_cost, c.output_cost, 0, 0, 0,
                          host::str(runtime.info)});
    }
}

const sluice_candidate& GroupTable::item(size_t i, base::TimePoint now) {
    sluice_candidate& item = items_[i];
    const route::Health& health = *deployments_[i]->health;
    item.in_flight = health.in_flight.load(std::memory_order_relaxed);
    item.latency_us = health.latencyUs(now);
    const auto minute = health.minute();
    item.requests_this_minute = minute.requests;
    item.tokens_this_minute = minute.tokens;
    return item;
}

std::shared_ptr<GroupTable> GroupTables::of(const Generation& generation,
                                            const std::vector<uint32_t>& deployments) {
    const auto mine = [&](const auto& entry) { return entry.first == generation.number(); };
    auto known = std::find_if(generations_.begin(), generations_.end(), mine);
    if (known == generations_.end()) {
        if (generations_.size() == 2) generations_.erase(generations_.begin());
        known = generations_.insert(generations_.end(), {generation.number(), Tables{}});
    }
    auto& table = known->second[&deployments];
    if (!table) table = std::make_shared<GroupTable>(generation, deployments);
    return table;
}

}  // namespace sluice::gateway
