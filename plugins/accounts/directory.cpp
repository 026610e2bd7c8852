#include "accounts/directory.h"

namespace accounts {

void Directory::follow(std::string_view store, bool keys) {
    if (!watcher_.open(store)) {
        throw sluice::ConfigError(
            store.empty() ? "there is no store, or more than one: list a plugin such as store_sqlite "
                            "under `plugins`, and name it in `store` if there are several"
                          : "there is no store named \"" + std::string(store) + "\"");
    }
    const auto watch = [this](const char* kind, Groups& groups) {
        watcher_.watch(kind,
                       [this, &groups](const sluice_document& document) { takeGroup(document, groups); });
    };
    watch("team", teams_);
    watch("user", users_);
    watch("organization", organizations_);
    watch("project", projects_);
    watch("customer", customers_);
    watch("access_group", access_groups_.documents());
    if (!keys) return;  // last: what keys refer to is there
    watcher_.watch("key", [this](const sluice_document& document) { takeKey(document); });
}

void Directory::takeKey(const sluice_document& document) {
    const auto digest = Digest::fromHex(sluice::view(document.id));
    if (!digest) return refuse(document, "its id is no SHA-256 in hexadecimal digits");
    if (document.removed) return keys_.remove(*digest);
    std::string fault;
    auto key = readKey(sluice::view(document.id), sluice::view(document.json), fault);
    // A key that cannot be understood opens nothing, whatever it was before.
    if (!key) {
        keys_.remove(*digest);
        return refuse(document, fault);
    }
    keys_.put(*digest, std::move(*key));
}

void Directory::takeGroup(const sluice_document& document, Groups& groups) {
    const std::string id(sluice::view(document.id));
    if (document.removed) return groups.remove(id);
    std::string fault;
    auto group = readGroup(id, sluice::view(document.json), fault);
    if (!group) {
        Group closed;
        closed.id = id;
        closed.blocked = true;
        groups.put(id, std::move(closed));
        return refuse(document, fault);
    }
    groups.put(id, std::move(*group));
}

void Directory::refuse(const sluice_document& document, const std::string& fault) const {
    const auto id = sluice::view(document.id).substr(0, 12);
    host_.error("the " + std::string(sluice::view(document.kind)) + " " + std::string(id) +
                "… in the store is of no use: " + fault);
}

}  // namespace accounts
