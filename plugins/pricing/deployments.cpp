#include "deployments.h"

#include <functional>
#include <mutex>

#include <sluice/json.hpp>
#include <sluice/types.hpp>

namespace pricing {
namespace {

// A deployment that says what its tokens cost is priced by that alone: one that is free stays free, whatever
// the table says of cached tokens.
std::optional<Prices> ownPrices(std::string_view json, const std::string& path) {
    const sluice::JsonObject object(json);
    Members members;
    for (const auto name : object.names()) {
        if (isTokenPrice(name)) members.emplace(name, *object.member(name));
    }
    Prices prices(members, path);
    return prices.known() ? std::optional(std::move(prices)) : std::nullopt;
}

std::unique_ptr<Deployment> read(const sluice::Candidate& candidate) {
    auto deployment = std::make_unique<Deployment>();
    deployment->provider = candidate.provider();
    deployment->model = candidate.model();
    deployment->base_model = sluice::JsonObject(candidate.info()).textOf("base_model");
    try {
        deployment->prices = ownPrices(candidate.params(), "litellm_params");
        if (!deployment->prices) deployment->prices = ownPrices(candidate.info(), "model_info");
    } catch (const sluice::ConfigError& error) {
        deployment->fault = error.message();
    }
    return deployment;
}

}  // namespace

const Deployment* Deployments::learn(const sluice::Candidate& candidate) {
    const std::string_view id = candidate.id();
    const size_t mark = std::hash<std::string_view>()(id) | 1;
    auto& slot = seen_[candidate.deployment().value_or(0) % kSlots];
    if (slot.load(std::memory_order_relaxed) == mark) return nullptr;
    const std::unique_lock lock(mutex_);
    auto& known = by_id_[std::string(id)];
    const bool fresh = !known;
    if (fresh) known = read(candidate);
    slot.store(mark, std::memory_order_relaxed);
    return fresh ? known.get() : nullptr;
}

void Deployments::learnGroup(std::string_view group, const sluice::Candidate& candidate) {
    const size_t mark = std::hash<std::string_view>()(group) | 1;
    auto& slot = seen_groups_[(mark >> 1) % kSlots];
    if (slot.load(std::memory_order_relaxed) == mark) return;
    // Behind a wildcard every name is a group, and the model is none yet.
    if (candidate.model().find('*') != std::string_view::npos) return;
    const std::unique_lock lock(mutex_);
    const auto found = by_id_.find(std::string(candidate.id()));
    if (found != by_id_.end() && groups_.size() < kGroupsMax) groups_.emplace(group, found->second.get());
    slot.store(mark, std::memory_order_relaxed);
}

const Deployment* Deployments::byId(std::string_view id) const {
    const std::shared_lock lock(mutex_);
    const auto found = by_id_.find(std::string(id));
    return found == by_id_.end() ? nullptr : found->second.get();
}

const Deployment* Deployments::ofGroup(std::string_view group) const {
    const std::shared_lock lock(mutex_);
    const auto found = groups_.find(std::string(group));
    return found == groups_.end() ? nullptr : found->second;
}

}  // namespace pricing
