#include "accounts/access_groups.h"

namespace accounts {

bool AccessGroups::opens(const std::string& name, std::string_view model) const {
    if (const auto document = documents_.find(name)) {
        if (document->blocked) return false;
        if (document->models.allow(model)) return true;
    }
    const auto found = of_models_.find(name);
    return found != of_models_.end() && found->second.allow(model);
}

void AccessGroups::learn(std::string_view model, const sluice::Deployments& deployments) {
    for (size_t i = 0; i < deployments.size(); ++i) {
        const Json info = Json::parse(deployments[i].info(), nullptr, false);
        const auto groups = info.is_object() ? info.find("access_groups") : info.end();
        if (groups == info.end() || !groups->is_array()) continue;
        for (const auto& group : *groups) {
            if (!group.is_string()) continue;
            Models& models = of_models_[group.get<std::string>()];
            // All deployments of a model follow each other.
            if (models.names().empty() || models.names().back() != model) models.add(std::string(model));
        }
    }
}

}  // namespace accounts
