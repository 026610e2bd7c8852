#include "upsert.h"

namespace auth_jwt {
namespace {

constexpr uint32_t kTickMs = 100;
constexpr size_t kWaitingMax = 1'000, kWritesMax = 100;  // at once

}  // namespace

Upserts::~Upserts() {
    const auto* timers = host_.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID);
    if (timers && timer_ > 0) (void)timers->cancel(host_.raw(), timer_);
}

void Upserts::start(const sluice_store* store, sluice_instance* self) {
    store_ = store;
    store_self_ = self;
    const auto* timers = host_.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID);
    const auto tick = [](void* arg) { static_cast<Upserts*>(arg)->write(); };
    if (timers) timer_ = timers->every(host_.raw(), kTickMs, tick, this);
}

void Upserts::add(const Newcomers& newcomers, const std::string& email) {
    const int64_t now = host_.wallMs();
    if (!newcomers.team.empty())
        addOne("team", newcomers.team,
               Json{{"team_id", newcomers.team}, {"created_at", now}, {"created_by", "auth_jwt"}}.dump());
    if (newcomers.user.empty()) return;
    Json user{{"user_id", newcomers.user},
              {"user_role", "internal_user"},
              {"created_at", now},
              {"created_by", "auth_jwt"}};
    if (!email.empty()) user["user_email"] = email;
    if (!newcomers.team.empty()) user["teams"] = {newcomers.team};
    addOne("user", newcomers.user, user.dump());
}

void Upserts::addOne(const char* kind, const std::string& id, const std::string& json) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kWaitingMax || !known_.emplace(kind, id).second) return;
    waiting_.push_back({kind, id, json});
}

// [offload]
void Upserts::write() {
    for (size_t i = 0; i < kWritesMax; ++i) {
        Document document;
        {
            const std::lock_guard lock(mutex_);
            if (waiting_.empty()) return;
            document = waiting_.front();
        }
        const sluice_change change{sizeof change,
                                   0,
                                   sluice::str(document.kind),
                                   sluice::str(document.id),
                                   sluice::str(document.json),
                                   SLUICE_STORE_NONE};
        uint64_t version = 0;
        const auto status = store_->write(store_self_, &change, 1, &version);
        const bool again = status != SLUICE_OK && status != SLUICE_E_CONFLICT && status != SLUICE_E_INVALID;
        const std::lock_guard lock(mutex_);
        if (again && !failing_) host_.warn("users and teams of tokens cannot be written to the store");
        failing_ = again;
        if (again) return;
        if (status == SLUICE_OK) host_.info("a " + document.kind + " of a token is in the store now");
        known_.erase({document.kind, document.id});
        waiting_.pop_front();
    }
}

}  // namespace auth_jwt
