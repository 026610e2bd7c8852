#include "deployments.h"

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

std::unique_ptr<const Deployment> read(const sluice::ModelDeployment& given) {
    auto deployment = std::make_unique<Deployment>();
    deployment->id = given.id();
    deployment->provider = given.provider();
    deployment->model = given.model();
    deployment->base_model = sluice::JsonObject(given.info()).textOf("base_model");
    try {
        deployment->prices = ownPrices(given.params(), "litellm_params");
        if (!deployment->prices) deployment->prices = ownPrices(given.info(), "model_info");
    } catch (const sluice::ConfigError& error) {
        deployment->fault = error.message();
    }
    return deployment;
}

// "azure/gpt-4o" names a provider; "gpt-4o" is the deployment's own provider's.
std::pair<std::string_view, std::string_view> baseOf(const Deployment& deployment) {
    const std::string_view base = deployment.base_model;
    const size_t slash = base.find('/');
    if (slash == std::string_view::npos) return {deployment.provider, base};
    return {base.substr(0, slash), base.substr(slash + 1)};
}

}  // namespace

const Prices* pricesOf(const Deployment* deployment, std::string_view provider, std::string_view model,
                       const Table& table) {
    if (deployment && deployment->prices) return &*deployment->prices;
    if (deployment && !deployment->base_model.empty()) {
        const auto [owner, base] = baseOf(*deployment);
        if (const Prices* prices = table.find(owner, base)) return prices;
    }
    return table.find(provider, model);
}

std::string factsOf(const Deployment& deployment, std::string_view model, const Table& table) {
    const auto [owner, base] = baseOf(deployment);
    const Members* members = base.empty() ? nullptr : table.entry(owner, base);
    if (!members) members = table.entry(deployment.provider, model);
    if (!members) return {};
    std::string json = "{";
    for (const auto& [name, value] : *members) {
        if (deployment.prices && isTokenPrice(name)) continue;
        json += json.size() > 1 ? "," : "";
        json += sluice::jsonQuoted(name) + ":" + value;
    }
    return json + "}";
}

std::vector<const Deployment*> Deployments::learn(std::string_view group,
                                                  const sluice::Deployments& deployments) {
    std::vector<const Deployment*> faulty;
    Group all;
    for (size_t i = 0; i < deployments.size(); ++i) {
        auto& known = by_id_[std::string(deployments[i].id())];
        if (!known) {
            known = read(deployments[i]);
            if (!known->fault.empty()) faulty.push_back(known.get());
        }
        all.push_back(known.get());
    }
    if (group.find('*') == std::string_view::npos) {
        groups_[std::string(group)] = std::move(all);
    } else {
        patterns_.emplace_back(group, std::move(all));
    }
    return faulty;
}

const Deployment* Deployments::byId(std::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second.get();
}

std::vector<Deployments::Named> Deployments::ofModel(std::string_view model) const {
    std::vector<Named> all;
    if (const auto found = groups_.find(model); found != groups_.end()) {
        for (const auto* deployment : found->second) all.push_back({deployment, deployment->model});
        return all;
    }
    for (const auto& [pattern, deployments] : patterns_) {
        const size_t star = pattern.find('*');
        if (model.substr(0, star) != std::string_view(pattern).substr(0, star)) continue;
        for (const auto* deployment : deployments) {
            std::string name = deployment->model;
            if (const size_t gap = name.find('*'); gap != std::string::npos)
                name.replace(gap, 1, model.substr(star));
            all.push_back({deployment, std::move(name)});
        }
        return all;
    }
    return all;
}

}  // namespace pricing
