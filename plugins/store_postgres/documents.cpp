#include "documents.h"

#include <map>

#include <sluice/sluice.h>

namespace store_postgres {
namespace {

struct State {
    uint64_t version = 0;  // 0: not there, or removed
    const Change* last = nullptr;
    uint64_t written = 0;  // by this transaction
};

using States = std::map<std::pair<std::string_view, std::string_view>, State>;

States statesOf(Connection& connection, const std::vector<Change>& changes) {
    States states;
    std::map<std::string_view, Array> ids;
    for (const auto& change : changes) {
        if (states.try_emplace({change.kind, change.id}).second) ids[change.kind].add(change.id);
    }
    for (const auto& [kind, of_kind] : ids) {
        const auto found = connection.run(
            "SELECT id, version FROM documents WHERE kind = $1 AND id = ANY($2::text[]) AND NOT removed",
            Values(kind, of_kind));
        for (int row = 0; row < found.rows(); ++row) {
            const auto state = states.find({kind, found.text(row, 0)});
            if (state != states.end()) state->second.version = static_cast<uint64_t>(found.integer(row, 1));
        }
    }
    return states;
}

void store(Connection& connection, const States& states, int64_t now_ms) {
    Array versions, kinds, ids, texts, removed;
    for (const auto& [key, state] : states) {
        if (state.written == 0) continue;
        versions.add(static_cast<int64_t>(state.written));
        kinds.add(key.first);
        ids.add(key.second);
        texts.add(state.last->remove ? std::string_view() : state.last->json);
        removed.add(int64_t{state.last->remove ? 1 : 0});
    }
    if (versions.empty()) return;
    (void)connection.run(
        "INSERT INTO documents (version, kind, id, json, removed, changed_ms) "
        "SELECT v, k, i, j, r = 1, $6::bigint "
        "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[]) AS e (v, k, i, j, r) "
        "ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, json = excluded.json, "
        "removed = excluded.removed, changed_ms = excluded.changed_ms",
        Values(versions, kinds, ids, texts, removed, now_ms));
}

}  // namespace

bool apply(Connection& connection, const std::string& schema, const std::vector<Change>& changes,
           int64_t now_ms, uint64_t& version) {
    // Held to the end of the transaction: whoever changes documents comes after whoever has this version, and
    // is seen after it.
    const auto counter = connection.run("SELECT value FROM counters WHERE name = 'version' FOR UPDATE");
    version = static_cast<uint64_t>(counter.integer(0, 0));
    const uint64_t before = version;
    States states = statesOf(connection, changes);
    for (const auto& change : changes) {
        State& state = states[{change.kind, change.id}];
        if (change.expected != SLUICE_STORE_ANY && change.expected != state.version) return false;
        if (change.remove && state.version == 0) continue;  // nothing changes
        state.written = ++version;
        state.version = change.remove ? 0 : version;
        state.last = &change;
    }
    if (version == before) return true;
    store(connection, states, now_ms);
    (void)connection.run("UPDATE counters SET value = $1::bigint WHERE name = 'version'", Values(version));
    (void)connection.run("SELECT pg_notify($1, $2)", Values(channelOf(schema), std::to_string(version)));
    return true;
}

uint64_t lastVersion(Connection& connection) {
    const auto counter = connection.run("SELECT value FROM counters WHERE name = 'version'");
    return counter.rows() == 0 ? 0 : static_cast<uint64_t>(counter.integer(0, 0));
}

Result readDocuments(Connection& connection, std::string_view kind, uint64_t after) {
    return connection.run(
        "SELECT id, json, version, removed FROM documents WHERE kind = $1 AND version > $2::bigint "
        "ORDER BY version",
        Values(kind, after));
}

std::string channelOf(const std::string& schema) { return "sluice_" + schema; }

bool forgetRemoved(Connection& connection, int64_t before_ms, int64_t most) {
    return connection
               .run(
                   "WITH gone AS (DELETE FROM documents WHERE version IN (SELECT version FROM documents "
                   "WHERE removed AND changed_ms < $1::bigint LIMIT $2::bigint) RETURNING 1) "
                   "SELECT count(*) FROM gone",
                   Values(before_ms, most))
               .integer(0, 0) == most;
}

}  // namespace store_postgres
