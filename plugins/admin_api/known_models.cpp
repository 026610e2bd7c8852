#include "known_models.h"

#include <algorithm>

#include <sluice/glob.hpp>

#include "refused.h"

namespace admin_api {

void KnownModels::learn(std::string_view name, const sluice::Deployments& deployments) {
    const std::string model(name);
    for (size_t i = 0; i < deployments.size(); ++i) {
        const std::string id(deployments[i].id());
        models_[model].insert(id);
        const Json info = Json::parse(deployments[i].info(), nullptr, false);
        const auto named = info.is_object() ? info.find("access_groups") : info.end();
        if (named == info.end() || !named->is_array()) continue;
        for (const auto& group : *named) {
            if (!group.is_string()) continue;
            groups_[group.get<std::string>()].models.insert(model);
            groups_[group.get<std::string>()].deployments.insert(id);
        }
    }
}

bool KnownModels::covers(const std::string& name) const {
    // A star at the end is all that lists of models know; alone it would be every model that ever comes.
    const bool open_end = name.size() > 1 && name.back() == '*';
    const std::string_view start = std::string_view(name).substr(0, name.size() - (open_end ? 1 : 0));
    return has(name) || std::any_of(models_.begin(), models_.end(), [&](const auto& model) {
               const std::string& known = model.first;
               if (open_end) return known.compare(0, start.size(), start) == 0;
               return known.find('*') != std::string::npos && sluice::matchesGlob(known, name);
           });
}

size_t KnownModels::deploymentsOf(const accounts::Models& models) const {
    std::set<std::string> all;
    const auto add = [&](const std::string& model) {
        if (const auto found = models_.find(model); found != models_.end())
            all.insert(found->second.begin(), found->second.end());
    };
    for (const auto& [model, ids] : models_) {
        if (models.allow(model)) add(model);
    }
    // A single name that only a pattern serves.
    for (const auto& name : models.names()) {
        if (has(name)) continue;
        for (const auto& [model, ids] : models_) {
            if (model.find('*') != std::string::npos && sluice::matchesGlob(model, name)) add(model);
        }
    }
    return all.size();
}

const KnownModels::Configured* KnownModels::group(const std::string& name) const {
    const auto found = groups_.find(name);
    return found == groups_.end() ? nullptr : &found->second;
}

}  // namespace admin_api
