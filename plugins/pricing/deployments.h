// What the configuration says of the price of single deployments, learned from the candidates of requests.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include <sluice/candidates.hpp>

#include "prices.h"

namespace pricing {

struct Deployment {
    std::string provider, model;
    std::string base_model;        // model_info.base_model; empty: none
    std::optional<Prices> prices;  // of litellm_params, else of model_info
    std::string fault;             // what is wrong with them; empty if nothing
};

/// [any thread] What it gives lives as long as it does.
class Deployments {
public:
    /// Reads it, unless it is known; null then.
    const Deployment* learn(const sluice::Candidate& candidate);
    /// Remembers that a deployment, which was learned, serves the group.
    void learnGroup(std::string_view group, const sluice::Candidate& candidate);
    /// Null if it was no candidate yet.
    const Deployment* byId(std::string_view id) const;
    /// The first one that served the group; null if none did.
    const Deployment* ofGroup(std::string_view group) const;

private:
    // What was seen costs a look at its slot, and no lock.
    static constexpr size_t kSlots = 4096, kGroupsMax = 10'000;
    std::array<std::atomic<size_t>, kSlots> seen_{}, seen_groups_{};

    mutable std::shared_mutex mutex_;
    std::unordered_map<std::string, std::unique_ptr<const Deployment>> by_id_;
    std::unordered_map<std::string, const Deployment*> groups_;
};

}  // namespace pricing
