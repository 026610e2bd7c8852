// The deployments of a model group as one request sees them: which of them may be chosen, and the choice.
// A deployment is out if a filter dropped it, if it cools down, if it has as many requests as it may have, or
// if this request has tried it; the strategy chooses from the rest, those of the lowest `order` first.
#pragma once

#include <memory>
#include <string>

#include "base/bit_mask.h"
#include "gateway/group_table.h"
#include "plugin_host/runner.h"

namespace sluice::gateway {

class Candidates {
public:
    /// For an attempt that begins now. [loop]
    Candidates(std::shared_ptr<GroupTable> table, const Generation& generation, base::TimePoint now);
    Candidates(const Candidates&) = delete;
    Candidates& operator=(const Candidates&) = delete;

    const sluice_candidates& table() const { return api_.table; }
    /// The filters have spoken: nothing is dropped any more.
    void seal() { sealed_ = true; }

    enum class Miss {
        None,
        Nothing,  // there is none at all
        Cooling,  // those there are cool down, for `wait`
        Full,     // all have as many requests as they may have
    };
    struct Choice {
        const DeploymentRuntime* deployment = nullptr;
        Miss miss = Miss::None;
        base::Duration wait{};
    };
    /// Asks the router for one, and enters the request there: in_flight counts it, and its health is owed an
    /// outcome. [loop]
    Choice pick(host::Instance* router, host::Runner& runner, base::TimePoint now);

    /// Not for the next attempt, as long as there is another one.
    void tried(const DeploymentRuntime& deployment);
    /// Is there one in service that was not tried?
    bool others(base::TimePoint now);
    bool alone() const { return table_->size() == 1; }
    /// Why a filter dropped the last one; empty if none did.
    const std::string& lastDrop() const { return last_drop_; }

private:
    struct Api {
        sluice_candidates table;
        Candidates* owner;
    };
    static const sluice_candidate* at(const sluice_candidates* self, uint32_t i);
    static sluice_status drop(const sluice_candidates* self, uint32_t i, sluice_str reason);
    static sluice_status pin(const sluice_candidates* self, uint32_t i);
    static int32_t isAvailable(const sluice_candidates* self, uint32_t i);
    static uint32_t next(const sluice_candidates* self, uint32_t from);
    static sluice_status prefer(const sluice_candidates* self, uint32_t i);
    static const sluice_candidate* rows(const sluice_candidates* self, uint32_t* stride);
    static const uint64_t* availableBits(const sluice_candidates* self);
    static sluice_status keep(const sluice_candidates* self, const uint64_t* bits, sluice_str reason);
    static Candidates& owner(const sluice_candidates* self) {
        return *reinterpret_cast<const Api*>(self)->owner;
    }

    void removeUnhealthy(base::BitMask& mask, base::TimePoint now) const;
    Choice gather(base::TimePoint now);
    void keepLowestOrder();
    size_t choose(host::Instance* router, host::Runner& runner);
    bool enter(const DeploymentRuntime& deployment, base::TimePoint now) const;

    std::shared_ptr<GroupTable> table_;
    const Generation& generation_;
    base::TimePoint now_;
    Api api_;
    base::BitMask allowed_;  // by the filters
    base::BitMask tried_;
    base::BitMask available_;      // what plugins are shown
    size_t preferred_ = SIZE_MAX;  // by a filter
    bool sealed_ = false;
    std::string last_drop_;
};

}  // namespace sluice::gateway
