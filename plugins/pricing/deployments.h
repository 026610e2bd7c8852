// What the configuration says of the price of single deployments, and which deployments a name stands for.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/plugin.hpp>

#include "table.h"

namespace pricing {

struct Deployment {
    std::string id, provider, model;
    std::string base_model;        // model_info.base_model; empty: none
    std::optional<Prices> prices;  // of litellm_params, else of model_info
    std::string fault;             // what is wrong with them; empty if nothing
};

/// Its own prices, those of its base_model, or those of the model; null if none is known. `deployment` may be
/// null.
const Prices* pricesOf(const Deployment* deployment, std::string_view provider, std::string_view model,
                       const Table& table);
/// The table's entry for it likewise, without prices of tokens if it has its own, as a JSON object; empty if
/// there is none.
std::string factsOf(const Deployment& deployment, std::string_view model, const Table& table);

/// Filled before anything is served, then read by all.
class Deployments {
public:
    /// Gives those whose prices are wrong, once each. [control]
    std::vector<const Deployment*> learn(std::string_view group, const sluice::Deployments& deployments);
    /// Null if there is none. [any]
    const Deployment* byId(std::string_view id) const;

    struct Named {
        const Deployment* deployment;
        std::string model;  // with what a star of the group stands for
    };
    /// Those that serve requests for that model; none if it is not known. [any]
    std::vector<Named> ofModel(std::string_view model) const;

private:
    using Group = std::vector<const Deployment*>;

    std::map<std::string, std::unique_ptr<const Deployment>, std::less<>> by_id_;
    std::map<std::string, Group, std::less<>> groups_;
    std::vector<std::pair<std::string, Group>> patterns_;  // names with a star
};

}  // namespace pricing
