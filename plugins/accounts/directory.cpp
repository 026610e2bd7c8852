#include "accounts/directory.h"

namespace accounts {

Directory::~Directory() {
    for (const Watch& watch : watches_) store_->unwatch(store_self_, watch.id);
}

void Directory::follow(std::string_view store, bool keys) {
    const auto found = host_.service(SLUICE_STORE_ID, store);
    if (!found) {
        throw sluice::ConfigError(
            store.empty() ? "there is no store, or more than one: list a plugin such as store_sqlite "
                            "under `plugins`, and name it in `store` if there are several"
                          : "there is no store named \"" + std::string(store) + "\"");
    }
    store_ = static_cast<const sluice_store*>(found->table);
    store_self_ = found->owner;
    watch("team", &Directory::takeGroup, &teams_);
    watch("user", &Directory::takeGroup, &users_);
    watch("organization", &Directory::takeGroup, &organizations_);
    watch("project", &Directory::takeGroup, &projects_);
    watch("customer", &Directory::takeGroup, &customers_);
    watch("access_group", &Directory::takeGroup, &access_groups_);
    if (keys) watch("key", &Directory::takeKey, nullptr);  // last: what keys refer to is there
}

void Directory::watch(const char* kind, void (Directory::*take)(const sluice_document&, Groups*),
                      Groups* groups) {
    watches_.push_back({this, take, groups, 0});
    Watch& watch = watches_.back();
    watch.id = store_->watch(store_self_, sluice::str(kind), &watch,
                             [](void* sink, const sluice_document* document) {
                                 const auto& w = *static_cast<Watch*>(sink);
                                 (w.directory->*w.take)(*document, w.groups);
                             });
    if (watch.id > 0) return;
    watches_.pop_back();
    throw sluice::ConfigError("the store cannot be read: documents of the kind " + std::string(kind));
}

void Directory::takeKey(const sluice_document& document, Groups*) {
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

void Directory::takeGroup(const sluice_document& document, Groups* groups) {
    const std::string id(sluice::view(document.id));
    if (document.removed) return groups->remove(id);
    std::string fault;
    auto group = readGroup(id, sluice::view(document.json), fault);
    if (!group) {
        Group closed;
        closed.id = id;
        closed.blocked = true;
        groups->put(id, std::move(closed));
        return refuse(document, fault);
    }
    groups->put(id, std::move(*group));
}

void Directory::refuse(const sluice_document& document, const std::string& fault) const {
    const auto id = sluice::view(document.id).substr(0, 12);
    host_.error("the " + std::string(sluice::view(document.kind)) + " " + std::string(id) +
                "… in the store is of no use: " + fault);
}

}  // namespace accounts
