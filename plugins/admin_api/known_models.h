// The models that requests may name here, and the access groups that their deployments are in, as the
// configuration says both (sluice.models/1). Constant once requests come.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/plugin.hpp>

#include "accounts/entity.h"

namespace admin_api {

class KnownModels {
public:
    /// What model_info.access_groups of deployments says of one group.
    struct Configured {
        std::set<std::string> models;
        std::set<std::string> deployments;  // ids of those that name the group
    };

    /// A model group and its deployments, before anybody asks. [control]
    void learn(std::string_view name, const sluice::Deployments& deployments);

    /// Is it a model's name, or an alias of one? Patterns are names, too.
    bool has(const std::string& name) const { return models_.count(name) > 0; }
    /// May a list of models hold it: a name, what a pattern of the configuration serves, or a pattern
    /// ("claude-*") that at least one of them fits?
    bool covers(const std::string& name) const;
    /// How many deployments serve the models of a list; each counts once.
    size_t deploymentsOf(const accounts::Models& models) const;

    /// Null if no deployment names the group.
    const Configured* group(const std::string& name) const;
    const std::map<std::string, Configured>& groups() const { return groups_; }

private:
    std::map<std::string, std::set<std::string>> models_;  // ids of deployments
    std::map<std::string, Configured> groups_;
};

}  // namespace admin_api
