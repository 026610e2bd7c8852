#include "gateway/group_table.h"

#include <algorithm>
#include <atomic>

namespace sluice::gateway {
namespace {

uint64_t nextNumber() {
    static std::atomic<uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

GroupTable::GroupTable(const Generation& generation, const std::vector<uint32_t>& deployments)
    : number_(nextNumber()), numbers_(deployments) {
    for (const uint32_t index : deployments) {
        const DeploymentRuntime& runtime = generation.deployment(index);
        const config::Deployment& c = *runtime.config;
        deployments_.push_back(&runtime);
        limited_ |= runtime.max_parallel > 0;
        ordered_ |= c.order >= 0;
        rows_.push_back(
            {runtime.health.get(),
             {},
             0,
             {sizeof(sluice_candidate), 0, host::str(c.id), host::str(c.model), host::str(c.provider),
              c.weight, c.rpm, c.tpm, c.order, host::str(runtime.params), index, c.max_input_tokens,
              c.input_cost, c.output_cost, 0, 0, 0, host::str(runtime.info)}});
    }
}

void GroupTable::refresh(Row& row, uint32_t in_flight, uint64_t requests, base::TimePoint now) {
    row.requests = requests;
    row.item.in_flight = in_flight;
    row.item.latency_us = row.health->latencyUs(now);
    const auto minute = row.health->minute();
    row.item.requests_this_minute = minute.requests;
    row.item.tokens_this_minute = minute.tokens;
    row.stale_at = now + kFiguresAge;
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
