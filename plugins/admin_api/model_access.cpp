#include "model_access.h"

#include <memory>

#include "accounts/access.h"
#include "json_text.h"

namespace admin_api {

void ModelAccess::follow(std::string_view store) {
    if (!watcher_.open(store)) return;
    watcher_.watch("access_group", [this](const sluice_document& document) {
        const std::string id(sluice::view(document.id));
        std::string fault;
        std::optional<accounts::Group> group;
        if (!document.removed) group = accounts::readGroup(id, sluice::view(document.json), fault);
        if (group)
            groups_.documents().put(id, std::move(*group));
        else
            groups_.documents().remove(id);
    });
}

// A document that cannot be read opens nothing: the requests of its key are refused, too.
ModelAccess::MayUse ModelAccess::of(const Caller& caller) const {
    if (caller.viewer()) return [](std::string_view) { return true; };
    accounts::Key key;
    std::string fault;
    if (caller.key.is_object()) {
        auto own = accounts::readKey(caller.key_id, textOf(caller.key), fault);
        if (!own) return [](std::string_view) { return false; };
        key = std::move(*own);
    } else {
        key.user = caller.user;
        key.team = caller.team;
        key.organization = caller.organization;
    }
    bool readable = true;
    const auto find = [&](const char* kind, const std::string& id) -> accounts::Directory::Groups::Found {
        const auto document = id.empty() ? std::nullopt : documents_.find(kind, id);
        if (!document) return nullptr;
        auto group = accounts::readGroup(id, textOf(document->value), fault);
        readable = readable && group;
        return group ? std::make_shared<const accounts::Group>(std::move(*group)) : nullptr;
    };
    accounts::Owners owners;
    owners.team = find("team", key.team);
    owners.user = find("user", key.user);
    owners.project = find("project", key.project);
    const bool by_team = key.organization.empty() && owners.team;
    owners.organization = find("organization", by_team ? owners.team->organization : key.organization);
    if (!readable) return [](std::string_view) { return false; };
    return [this, key = std::move(key), owners = std::move(owners)](std::string_view model) {
        return !accounts::checkModel(key, owners, model, groups_);
    };
}

}  // namespace admin_api
