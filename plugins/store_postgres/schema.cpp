#include "schema.h"

#include <cstdio>
#include <iterator>
#include <stdexcept>

namespace store_postgres {

// requests and what became of them; unpriced: nobody said what they cost; cost in 1e-12 USD.
const char* const kSumColumns =
    "requests,successes,failures,unpriced,prompt,completion,cached,cache_write,reasoning,cost";

namespace {

// Numbered by their place, forward only. A released one never changes. They create, and add columns that may
// be NULL: nothing that rewrites a table or keeps others out of it for long, because the gateways of the
// release before go on using it meanwhile.
const char* const kMigrations[] = {
    // 0 → 1: documents. Who writes locks the row of the counter until the end, so that versions come into
    // sight in their order. Removed ones stay for a day, for watchers in other processes.
    R"(CREATE TABLE counters (name text PRIMARY KEY, value bigint NOT NULL);
INSERT INTO counters VALUES ('version', 0);
CREATE TABLE documents (
    version bigint PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    json text NOT NULL,
    removed boolean NOT NULL,
    changed_ms bigint NOT NULL,
    UNIQUE (kind, id)
);
CREATE INDEX documents_kind ON documents (kind, version);
CREATE INDEX documents_removed ON documents (changed_ms) WHERE removed;)",

    // 1 → 2: usage. Texts that come again and again are numbers, see names; who asked which model is one
    // number more, see combos. Aggregates are by day of the start, UTC.
    R"(CREATE TABLE names (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE
);
CREATE TABLE combos (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_id bigint NOT NULL, user_id bigint NOT NULL, team bigint NOT NULL, organization bigint NOT NULL,
    model_group bigint NOT NULL, model bigint NOT NULL, provider bigint NOT NULL,
    UNIQUE (key_id, user_id, team, organization, model_group, model, provider)
);
CREATE INDEX combos_user ON combos (user_id);
CREATE INDEX combos_team ON combos (team);
CREATE SEQUENCE usage_id CACHE 1;
CREATE TABLE usage (
    day integer NOT NULL, id bigint NOT NULL DEFAULT nextval('usage_id'),
    call_id text COLLATE "C",
    start_ms bigint NOT NULL, end_ms bigint NOT NULL, first_token_ms bigint NOT NULL,
    combo bigint NOT NULL, end_user bigint NOT NULL, tenant bigint NOT NULL, key_alias bigint NOT NULL,
    route bigint NOT NULL, call_type bigint NOT NULL, deployment bigint NOT NULL, api_base bigint NOT NULL,
    outcome bigint NOT NULL, error_class bigint NOT NULL,
    http_status bigint NOT NULL, attempts bigint NOT NULL, flags bigint NOT NULL,
    prompt bigint NOT NULL, completion bigint NOT NULL, cached bigint NOT NULL, cache_write bigint NOT NULL,
    reasoning bigint NOT NULL, cost bigint,
    tags bigint[] NOT NULL,
    requested_model text NOT NULL, client text NOT NULL, user_agent text NOT NULL, error text NOT NULL,
    attributes text NOT NULL
) PARTITION BY RANGE (day);
CREATE UNIQUE INDEX usage_call ON usage (day, call_id);
CREATE INDEX usage_start ON usage (start_ms, combo);
CREATE TABLE partitions (month integer PRIMARY KEY);
CREATE TABLE usage_daily (
    day integer NOT NULL, combo bigint NOT NULL,
    requests bigint NOT NULL, successes bigint NOT NULL, failures bigint NOT NULL, unpriced bigint NOT NULL,
    prompt bigint NOT NULL, completion bigint NOT NULL, cached bigint NOT NULL, cache_write bigint NOT NULL,
    reasoning bigint NOT NULL, cost bigint NOT NULL,
    PRIMARY KEY (day, combo)
) WITH (fillfactor = 70);
CREATE INDEX usage_daily_combo ON usage_daily (combo, day);
CREATE TABLE usage_daily_end_user (
    day integer NOT NULL, value bigint NOT NULL, combo bigint NOT NULL,
    requests bigint NOT NULL, successes bigint NOT NULL, failures bigint NOT NULL, unpriced bigint NOT NULL,
    prompt bigint NOT NULL, completion bigint NOT NULL, cached bigint NOT NULL, cache_write bigint NOT NULL,
    reasoning bigint NOT NULL, cost bigint NOT NULL,
    PRIMARY KEY (value, day, combo)
) WITH (fillfactor = 70);
CREATE TABLE usage_daily_tag (
    day integer NOT NULL, value bigint NOT NULL, combo bigint NOT NULL,
    requests bigint NOT NULL, successes bigint NOT NULL, failures bigint NOT NULL, unpriced bigint NOT NULL,
    prompt bigint NOT NULL, completion bigint NOT NULL, cached bigint NOT NULL, cache_write bigint NOT NULL,
    reasoning bigint NOT NULL, cost bigint NOT NULL,
    PRIMARY KEY (value, day, combo)
) WITH (fillfactor = 70);
CREATE TABLE usage_daily_total (
    dimension integer NOT NULL, day integer NOT NULL, value bigint NOT NULL,
    requests bigint NOT NULL, successes bigint NOT NULL, failures bigint NOT NULL, unpriced bigint NOT NULL,
    prompt bigint NOT NULL, completion bigint NOT NULL, cached bigint NOT NULL, cache_write bigint NOT NULL,
    reasoning bigint NOT NULL, cost bigint NOT NULL,
    PRIMARY KEY (dimension, day, value)
) WITH (fillfactor = 50);)",
};

// By a query and not by to_regclass(), which may answer out of what the session has seen before it waited.
bool present(Connection& connection, const std::string& schema, const char* table) {
    const auto found = connection.once(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = $1 AND ($2 = '' OR c.relname = $2)",
        Values(schema, table));
    return found.integer(0, 0) > 0;
}

int64_t versionOf(Connection& connection, const std::string& schema) {
    if (!present(connection, schema, "schema_migrations")) return 0;
    return connection.once("SELECT coalesce(max(version), 0) FROM schema_migrations").integer(0, 0);
}

void refuseStrangers(Connection& connection, const std::string& schema, int64_t version) {
    if (version > schemaVersion()) {
        throw std::runtime_error(
            "found tables of schema version " + std::to_string(version) + " in the schema \"" + schema +
            "\", written by a newer release; allowed: up to " + std::to_string(schemaVersion()));
    }
    if (version == 0 && present(connection, schema, "") && !present(connection, schema, "schema_migrations"))
        throw std::runtime_error("found tables of another program in the schema \"" + schema +
                                 "\"; allowed: a schema of Sluice's own, or none (schema)");
}

constexpr const char* kLock = "hashtext('sluice/' || $1::text), $2::integer";

}  // namespace

int64_t schemaVersion() { return std::size(kMigrations); }

void lockAlone(Connection& connection, const std::string& schema, Alone work) {
    (void)connection.run(std::string("SELECT pg_advisory_xact_lock(") + kLock + ")",
                         Values(schema, static_cast<int>(work)));
}

bool tryLockAlone(Connection& connection, const std::string& schema, Alone work) {
    return connection
        .run(std::string("SELECT pg_try_advisory_xact_lock(") + kLock + ")",
             Values(schema, static_cast<int>(work)))
        .boolean(0, 0);
}

void migrate(Connection& connection, const std::string& schema) {
    const int64_t before = versionOf(connection, schema);
    refuseStrangers(connection, schema, before);
    if (before == schemaVersion()) return;
    Transaction transaction(connection, Transaction::Kind::Write);
    lockAlone(connection, schema, Alone::Migration);
    // Somebody else may have been faster.
    const int64_t version = versionOf(connection, schema);
    refuseStrangers(connection, schema, version);
    // The name is [a-z_][a-z0-9_]*: the configuration allows no other.
    if (version == 0) {
        connection.script("CREATE SCHEMA IF NOT EXISTS \"" + schema + "\"");
        connection.script(
            "CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, "
            "applied_at timestamptz NOT NULL DEFAULT now())");
    }
    for (int64_t next = version; next < schemaVersion(); ++next) {
        connection.script(kMigrations[next]);
        (void)connection.once("INSERT INTO schema_migrations (version) VALUES ($1::integer)",
                              Values(next + 1));
    }
    transaction.commit();
}

std::string partitionName(int64_t month) {
    char name[40];
    (void)std::snprintf(name, sizeof name, "usage_%04d_%02d", static_cast<int>(month / 12),
                        static_cast<int>(month % 12 + 1));
    return name;
}

// Made beside the others and then attached: that keeps nobody from reading or writing, where CREATE TABLE …
// PARTITION OF would lock them all out (https://www.postgresql.org/docs/15/ddl-partitioning.html, 5.11.2.2).
void createPartition(Connection& connection, int64_t month) {
    const auto made = connection.run(
        "INSERT INTO partitions (month) VALUES ($1::integer) ON CONFLICT DO NOTHING RETURNING 1",
        Values(month));
    if (made.rows() == 0) return;
    const std::string name = partitionName(month);
    connection.script("CREATE TABLE " + name + " (LIKE usage INCLUDING DEFAULTS INCLUDING INDEXES)");
    connection.script("ALTER TABLE usage ATTACH PARTITION " + name + " FOR VALUES FROM (" +
                      std::to_string(firstDayOf(month)) + ") TO (" + std::to_string(firstDayOf(month + 1)) +
                      ")");
}

}  // namespace store_postgres
