// The deployments of one model group as plugins see them, on one loop. What never changes is filled in once;
// what does is read when somebody asks, so that a request to a group of a hundred costs what one to a group
// of two does.
#pragma once

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/generation.h"

namespace sluice::gateway {

class GroupTable {
public:
    GroupTable(const Generation& generation, const std::vector<uint32_t>& deployments);

    size_t size() const { return rows_.size(); }
    uint64_t number() const { return number_; }  // no other table of the process ever has it
    const uint32_t* deploymentNumbers() const { return numbers_.data(); }
    const DeploymentRuntime& deployment(size_t i) const { return *deployments_[i]; }
    /// With today's figures: as they are while requests begin and end there, else up to kFiguresAge old, in
    /// which a latency sinks by a hundredth. Strategies ask this of each deployment for each request. [loop]
    const sluice_candidate& item(size_t i, base::TimePoint now) {
        Row& row = rows_.data()[i];  // i < size()
        const uint32_t in_flight = row.health->in_flight.load(std::memory_order_relaxed);
        const uint64_t requests = row.health->requests();
        if (in_flight != row.item.in_flight || requests != row.requests || now >= row.stale_at)
            refresh(row, in_flight, requests, now);
        return row.item;
    }
    /// The first item; each of the others kStride bytes behind the one before. None if there are none. [loop]
    const sluice_candidate* items(base::TimePoint now) {
        for (size_t i = 0; i < rows_.size(); ++i) (void)item(i, now);
        return rows_.empty() ? nullptr : &rows_.front().item;
    }
    bool limited() const { return limited_; }  // one of them has max_parallel_requests
    bool ordered() const { return ordered_; }  // one of them has an order

    static constexpr auto kFiguresAge = base::milliseconds(100);

private:
    // What every look reads stands in its first cache line.
    struct alignas(64) Row {
        const route::Health* health;
        base::TimePoint stale_at;
        uint64_t requests;  // that it ever had
        sluice_candidate item;
    };

public:
    static constexpr uint32_t kStride = sizeof(Row);

private:
    static void refresh(Row& row, uint32_t in_flight, uint64_t requests, base::TimePoint now);

    uint64_t number_;
    std::vector<uint32_t> numbers_;
    std::vector<const DeploymentRuntime*> deployments_;
    std::vector<Row> rows_;
    bool limited_ = false;
    bool ordered_ = false;
};

/// The tables of a loop, for the generations that it serves now. Requests hold on to theirs.
class GroupTables {
public:
    std::shared_ptr<GroupTable> of(const Generation& generation, const std::vector<uint32_t>& deployments);

private:
    using Tables = std::unordered_map<const void*, std::shared_ptr<GroupTable>>;
    std::vector<std::pair<uint64_t, Tables>> generations_;  // by number, the newest last; two at the most
};

}  // namespace sluice::gateway
