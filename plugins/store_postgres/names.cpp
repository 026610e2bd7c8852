#include "names.h"

#include <set>

namespace store_postgres {

const char* const kComboNames[kComboColumns] = {"key_id",      "user_id", "team",    "organization",
                                                "model_group", "model",   "provider"};

namespace {

constexpr size_t kRemembered = 500'000;  // some 60 MB of keys; then it begins anew

std::array<Array, kComboColumns> columnsOf(const std::set<Combo>& combos) {
    std::array<Array, kComboColumns> columns;
    for (const auto& combo : combos) {
        for (size_t i = 0; i < kComboColumns; ++i) columns[i].add(combo[i]);
    }
    return columns;
}

constexpr const char* kAll = "key_id, user_id, team, organization, model_group, model, provider";
constexpr const char* kUnnested =
    "unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], "
    "$7::bigint[]) AS e (key_id, user_id, team, organization, model_group, model, provider)";

}  // namespace

int64_t Names::idOf(std::string_view text) const {
    if (text.empty()) return 0;
    return names_.find(text)->second;
}

void Names::learn(Connection& connection, const std::vector<std::string_view>& texts) {
    if (names_.size() >= kRemembered) names_.clear();
    std::set<std::string_view> unknown;
    for (const auto text : texts) {
        if (!text.empty() && names_.find(text) == names_.end()) unknown.insert(text);
    }
    const auto take = [&](const Result& found) {
        for (int row = 0; row < found.rows(); ++row) {
            std::string name = found.text(row, 1);
            unknown.erase(name);
            names_.insert_or_assign(std::move(name), found.integer(row, 0));
        }
    };
    const auto array = [&] {
        Array all;
        for (const auto text : unknown) all.add(text);
        return all;
    };
    if (unknown.empty()) return;
    take(connection.run("SELECT id, name FROM names WHERE name = ANY($1::text[])", Values(array())));
    if (unknown.empty()) return;
    take(connection.run("INSERT INTO names (name) SELECT unnest($1::text[]) RETURNING id, name",
                        Values(array())));
}

void Names::learn(Connection& connection, const std::vector<Combo>& combos) {
    if (combos_.size() >= kRemembered) combos_.clear();
    std::set<Combo> unknown;
    for (const auto& combo : combos) {
        if (combos_.find(combo) == combos_.end()) unknown.insert(combo);
    }
    const auto ask = [&](const std::string& sql) {
        const auto c = columnsOf(unknown);
        const auto found = connection.run(sql, Values(c[0], c[1], c[2], c[3], c[4], c[5], c[6]));
        for (int row = 0; row < found.rows(); ++row) {
            Combo combo;
            for (size_t i = 0; i < kComboColumns; ++i) combo[i] = found.integer(row, static_cast<int>(i) + 1);
            unknown.erase(combo);
            combos_.insert_or_assign(combo, found.integer(row, 0));
        }
    };
    const std::string all = kAll;
    if (unknown.empty()) return;
    ask("SELECT c.* FROM " + std::string(kUnnested) + " CROSS JOIN LATERAL (SELECT id, " + all +
        " FROM combos WHERE key_id = e.key_id AND user_id = e.user_id "
        "AND team = e.team AND organization = e.organization AND model_group = e.model_group AND model = "
        "e.model "
        "AND provider = e.provider OFFSET 0) AS c");
    if (unknown.empty()) return;
    ask("INSERT INTO combos (" + all + ") SELECT * FROM " + kUnnested + " RETURNING id, " + all);
}

void Names::forget() {
    names_.clear();
    combos_.clear();
}

size_t Names::ComboHash::operator()(const Combo& combo) const {
    uint64_t hash = 0;
    for (const int64_t part : combo)
        hash = (hash ^ static_cast<uint64_t>(part)) * 0x9E3779B97F4A7C15u;  // 2^64 over the golden ratio
    return static_cast<size_t>(hash ^ (hash >> 32));
}

}  // namespace store_postgres
