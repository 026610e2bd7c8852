#include "names.h"

namespace store_sqlite {
namespace {

constexpr size_t kRemembered = 500'000;  // some 60 MB of keys; then it begins anew

}  // namespace

Names::Names(Connection& connection)
    : connection_(connection),
      find_(connection.prepare("SELECT id FROM names WHERE name = ?1")),
      insert_(connection.prepare("INSERT INTO names (name) VALUES (?1)")),
      find_combo_(
          connection.prepare("SELECT id FROM combos WHERE key_id = ?1 AND user = ?2 AND team = ?3 AND "
                             "organization = ?4 AND model_group = ?5 AND model = ?6 AND provider = ?7")),
      insert_combo_(
          connection.prepare("INSERT INTO combos (key_id, user, team, organization, model_group, model, "
                             "provider) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")) {}

int64_t Names::idOf(std::string_view name) {
    if (name.empty()) return 0;
    const auto known = names_.find(name);
    if (known != names_.end()) return known->second;
    if (names_.size() >= kRemembered) names_.clear();
    int64_t id = 0;
    if (find_.with(name).step()) {
        id = find_.integer(0);
    } else {
        insert_.with(name).run();
        id = connection_.lastRowid();
    }
    find_.rewind();
    names_.emplace(name, id);
    return id;
}

int64_t Names::idOf(const Combo& combo) {
    const auto known = combos_.find(combo);
    if (known != combos_.end()) return known->second;
    if (combos_.size() >= kRemembered) combos_.clear();
    int64_t id = 0;
    const auto [key, user, team, organization, group, model, provider] = combo;
    if (find_combo_.with(key, user, team, organization, group, model, provider).step()) {
        id = find_combo_.integer(0);
    } else {
        insert_combo_.with(key, user, team, organization, group, model, provider).run();
        id = connection_.lastRowid();
    }
    find_combo_.rewind();
    combos_.emplace(combo, id);
    return id;
}

void Names::forget() {
    last_ = {};
    names_.clear();
    combos_.clear();
}

size_t Names::ComboHash::operator()(const Combo& combo) const {
    uint64_t hash = 0;
    for (const int64_t part : combo)
        hash = (hash ^ static_cast<uint64_t>(part)) * 0x9E3779B97F4A7C15u;  // 2^64 over the golden ratio
    return static_cast<size_t>(hash ^ (hash >> 32));
}

}  // namespace store_sqlite
