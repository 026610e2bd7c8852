#include "keyring.h"

namespace auth_jwt {
namespace {

constexpr uint32_t kTickMs = 100;

}  // namespace

Keyring::Keyring(std::vector<SigningKey> own, std::vector<KeySource::Settings> sources, sluice::Host host)
    : host_(host), own_(std::move(own)) {
    for (auto& settings : sources)
        sources_.push_back({this, std::make_unique<KeySource>(std::move(settings), host), 0});
    collect();
}

Keyring::~Keyring() {
    const auto* timers = host_.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID);
    for (const Entry& entry : sources_) {
        if (timers && entry.timer > 0) (void)timers->cancel(host_.raw(), entry.timer);
    }
}

void Keyring::start() {
    const auto* timers = host_.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID);
    // A timer for each, so that an issuer that is slow holds up nobody else.
    const auto tick = [](void* arg) {
        const auto& entry = *static_cast<Entry*>(arg);
        if (entry.source->fetchDue()) entry.ring->collect();
    };
    for (Entry& entry : sources_) {
        if (timers) entry.timer = timers->every(host_.raw(), kTickMs, tick, &entry);
    }
}

void Keyring::collect() {
    const std::lock_guard lock(mutex_);
    auto all = own_;
    for (const Entry& entry : sources_) {
        for (auto& key : entry.source->keys()) all.push_back(std::move(key));
    }
    keys_ = std::make_shared<const KeySet>(std::move(all));
    generation_.fetch_add(1, std::memory_order_release);
}

std::shared_ptr<const KeySet> Keyring::keys() const {
    const std::lock_guard lock(mutex_);
    return keys_;
}

bool Keyring::complete() const {
    for (const Entry& entry : sources_) {
        if (!entry.source->known()) return false;
    }
    return true;
}

bool Keyring::wish() {
    bool any = false;
    for (const Entry& entry : sources_) any |= entry.source->wish();
    return any;
}

bool Keyring::busy() const {
    bool any = false;
    for (const Entry& entry : sources_) any |= entry.source->busy();
    return any;
}

std::string Keyring::exportState() const {
    Json all = Json::array();
    for (const Entry& entry : sources_) all.push_back(entry.source->state());
    return all.dump();
}

void Keyring::importState(std::string_view bytes) {
    const Json all = Json::parse(bytes, nullptr, false);
    if (!all.is_array()) return;
    for (const Json& state : all) {
        for (const Entry& entry : sources_) {
            if (state.is_object()) entry.source->adopt(state);
        }
    }
    collect();
}

}  // namespace auth_jwt
