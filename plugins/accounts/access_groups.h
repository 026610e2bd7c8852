// Names that stand for several models in the lists of keys, teams and the like: documents of the kind
// access_group, and what deployments say in model_info.access_groups
// (docs.litellm.ai/docs/proxy/model_access).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "accounts/entity.h"
#include "accounts/table.h"

namespace accounts {

class AccessGroups {
public:
    using Documents = Table<std::string, Group, TextHash>;

    /// Is there a group of this name that the model is in? One whose document is blocked opens nothing. [any]
    bool opens(const std::string& name, std::string_view model) const;

    Documents& documents() { return documents_; }
    /// What deployments of a model group say, before anybody asks. [control]
    void learn(std::string_view model, const sluice::Deployments& deployments);

private:
    Documents documents_;
    std::map<std::string, Models, std::less<>> of_models_;  // constant once requests come
};

}  // namespace accounts
