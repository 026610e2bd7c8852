#include "claims.h"

#include <algorithm>

#include "exporters/sink.h"

namespace alerts {
namespace {

constexpr int64_t kSweepMs = 3'600'000;
constexpr int64_t kKeepMs = 86'400'000;  // after the window
constexpr size_t kAtOnce = 500;

// Keys have texts in them that clients choose, of any length.
std::string idOf(const std::string& key) { return exporters::destinationId("told", key); }

}  // namespace

void Claims::follow() {
    watcher_.watch(kClaimKind, [this](const sluice_document& document) { learn(document); });
}

void Claims::learn(const sluice_document& document) {
    const std::string id(sluice::view(document.id));
    const Json json = Json::parse(sluice::view(document.json), nullptr, false);
    const std::lock_guard lock(mutex_);
    if (document.removed || !json.is_object()) {
        known_.erase(id);
        return;
    }
    Known& known = known_[id];
    if (document.version < known.version && known.version != SLUICE_STORE_NONE) return;
    known.version = document.version;
    const auto whole = [&](const char* name) {
        const auto found = json.find(name);
        return found != json.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
    };
    known.until_ms = whole("until_ms");
    known.claimed_ms = whole("claimed_ms");
    known.delivered = json.contains("delivered") && json["delivered"] == true;
    known.owner = json.contains("owner") && json["owner"].is_string() ? json["owner"].get<std::string>() : "";
}

bool Claims::write(const std::string& id, const Known& known, uint64_t expected, bool* away) {
    const std::string json = Json{
        {"until_ms", known.until_ms},
        {"claimed_ms", known.claimed_ms},
        {"delivered", known.delivered},
        {"owner", known.owner}}.dump();
    const sluice_change change{sizeof change,     0,       sluice::str(kClaimKind), sluice::str(id),
                               sluice::str(json), expected};
    uint64_t version = 0;
    const auto status = watcher_.store()->write(watcher_.owner(), &change, 1, &version);
    if (away) *away = status != SLUICE_OK && status != SLUICE_E_CONFLICT;
    if (status != SLUICE_OK) return false;
    const std::lock_guard lock(mutex_);
    known_[id] = known;
    known_[id].version = version;
    return true;
}

bool Claims::claim(const std::string& key, int64_t now_ms, int64_t window_ms, int64_t* until_ms) {
    const std::string id = idOf(key);
    uint64_t expected = SLUICE_STORE_NONE;
    {
        const std::lock_guard lock(mutex_);
        const auto found = known_.find(id);
        if (found != known_.end()) {
            const Known& known = found->second;
            expected = known.version;
            const bool holds = known.delivered || now_ms < known.claimed_ms + kVoidMs;
            if (now_ms < known.until_ms && holds) {
                *until_ms = known.delivered ? known.until_ms : known.claimed_ms + kVoidMs;
                return false;
            }
        }
    }
    Known mine;
    mine.until_ms = now_ms + window_ms;
    mine.claimed_ms = now_ms;
    mine.owner = owner_;
    bool away = false;
    if (write(id, mine, expected, &away)) return true;
    if (away) return true;         // rather twice than not at all
    *until_ms = now_ms + kVoidMs;  // another gateway was faster: its window is known in a moment
    return false;
}

void Claims::delivered(const std::string& key) {
    const std::lock_guard lock(mutex_);
    if (to_mark_.size() < 10'000) to_mark_.push_back(idOf(key));
}

void Claims::tend(int64_t now_ms) {
    std::vector<std::pair<std::string, Known>> marks;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& id : to_mark_) {
            const auto found = known_.find(id);
            if (found != known_.end() && !found->second.delivered && found->second.owner == owner_)
                marks.emplace_back(id, found->second);
        }
        to_mark_.clear();
    }
    for (auto& [id, known] : marks) {
        known.delivered = true;
        if (!write(id, known, known.version, nullptr)) host_.debug("alerts: a claim could not be marked");
    }
    if (now_ms < swept_ms_ + kSweepMs) return;
    swept_ms_ = now_ms;
    std::vector<std::pair<std::string, uint64_t>> old;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, known] : known_) {
            if (now_ms > known.until_ms + kKeepMs && old.size() < kAtOnce)
                old.emplace_back(id, known.version);
        }
    }
    for (const auto& [id, version] : old) {
        const sluice_change change{sizeof change,   1,       sluice::str(kClaimKind),
                                   sluice::str(id), {"", 0}, version};
        uint64_t ignored = 0;
        (void)watcher_.store()->write(watcher_.owner(), &change, 1, &ignored);
    }
}

}  // namespace alerts
