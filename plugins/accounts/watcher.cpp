#include "accounts/watcher.h"

#include <string>

namespace accounts {

Watcher::~Watcher() {
    for (const Watch& watch : watches_) store_->unwatch(owner_, watch.id);
}

bool Watcher::open(std::string_view store) {
    const auto found = host_.service(SLUICE_STORE_ID, store);
    if (!found) return false;
    store_ = static_cast<const sluice_store*>(found->table);
    owner_ = found->owner;
    return true;
}

void Watcher::watch(std::string_view kind, std::function<void(const sluice_document&)> take) {
    watches_.push_back({std::move(take), 0});
    Watch& watch = watches_.back();
    watch.id =
        store_->watch(owner_, sluice::str(kind), &watch, [](void* sink, const sluice_document* document) {
            static_cast<const Watch*>(sink)->take(*document);
        });
    if (watch.id > 0) return;
    watches_.pop_back();
    throw sluice::ConfigError("the store cannot be read: documents of the kind " + std::string(kind));
}

}  // namespace accounts
