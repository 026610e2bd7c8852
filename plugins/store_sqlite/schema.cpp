#include "schema.h"

#include <cstdio>
#include <iterator>
#include <stdexcept>

namespace store_sqlite {

// requests and what became of them; unpriced: nobody said what they cost; cost in 1e-12 USD.
const char* const kSumColumns =
    "requests,successes,failures,unpriced,prompt,completion,cached,cache_write,reasoning,cost";

namespace {

constexpr int64_t kApplication = 0x534C5543;  // "SLUC": PRAGMA application_id, what file(1) looks at

// Numbered by their place, forward only. A released one never changes. They create, and add columns that may
// be NULL: nothing that rewrites a table, because the gateways of the release before go on using it
// meanwhile.
const char* const kMigrations[] = {
    // 0 → 1: documents. The version is the rowid, so that a watcher reads what is new in the order in which
    // it
    // was written. Removed ones stay for a day, for watchers in other processes.
    R"(CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;
INSERT INTO counters VALUES ('version', 0);
CREATE TABLE documents (
    version INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    json TEXT NOT NULL,
    removed INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX documents_id ON documents (kind, id);
CREATE INDEX documents_kind ON documents (kind);
CREATE INDEX documents_removed ON documents (changed_ms) WHERE removed = 1;)",

    // 1 → 2: usage. Texts that come again and again are numbers, see names; who asked which model is one
    // number
    // more, see combos. Aggregates are by day of the start, UTC.
    R"(CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE combos (
    id INTEGER PRIMARY KEY,
    key_id INTEGER NOT NULL, user INTEGER NOT NULL, team INTEGER NOT NULL, organization INTEGER NOT NULL,
    model_group INTEGER NOT NULL, model INTEGER NOT NULL, provider INTEGER NOT NULL,
    UNIQUE (key_id, user, team, organization, model_group, model, provider)
) STRICT;
CREATE TABLE partitions (month INTEGER PRIMARY KEY, ending INTEGER NOT NULL) STRICT;
CREATE TABLE usage_daily (
    day INTEGER NOT NULL, combo INTEGER NOT NULL,
    requests INTEGER NOT NULL, successes INTEGER NOT NULL, failures INTEGER NOT NULL, unpriced INTEGER NOT NULL,
    prompt INTEGER NOT NULL, completion INTEGER NOT NULL, cached INTEGER NOT NULL, cache_write INTEGER NOT NULL,
    reasoning INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (day, combo)
) WITHOUT ROWID, STRICT;
CREATE TABLE usage_daily_end_user (
    day INTEGER NOT NULL, value INTEGER NOT NULL, combo INTEGER NOT NULL,
    requests INTEGER NOT NULL, successes INTEGER NOT NULL, failures INTEGER NOT NULL, unpriced INTEGER NOT NULL,
    prompt INTEGER NOT NULL, completion INTEGER NOT NULL, cached INTEGER NOT NULL, cache_write INTEGER NOT NULL,
    reasoning INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (day, value, combo)
) WITHOUT ROWID, STRICT;
CREATE TABLE usage_daily_tag (
    day INTEGER NOT NULL, value INTEGER NOT NULL, combo INTEGER NOT NULL,
    requests INTEGER NOT NULL, successes INTEGER NOT NULL, failures INTEGER NOT NULL, unpriced INTEGER NOT NULL,
    prompt INTEGER NOT NULL, completion INTEGER NOT NULL, cached INTEGER NOT NULL, cache_write INTEGER NOT NULL,
    reasoning INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (day, value, combo)
) WITHOUT ROWID, STRICT;
CREATE TABLE usage_daily_total (
    dimension INTEGER NOT NULL, day INTEGER NOT NULL, value INTEGER NOT NULL,
    requests INTEGER NOT NULL, successes INTEGER NOT NULL, failures INTEGER NOT NULL, unpriced INTEGER NOT NULL,
    prompt INTEGER NOT NULL, completion INTEGER NOT NULL, cached INTEGER NOT NULL, cache_write INTEGER NOT NULL,
    reasoning INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (dimension, day, value)
) WITHOUT ROWID, STRICT;)",

    // 2 → 3: days as blobs beside their rows, see packed.h. A release that knows nothing of them would not
    // take
    // them back; it does not open this version any more.
    R"(CREATE TABLE usage_packed (
    source INTEGER NOT NULL, day INTEGER NOT NULL,
    token INTEGER NOT NULL,
    rows BLOB,
    PRIMARY KEY (source, day)
) STRICT;)",

    // 3 → 4: sums of keys, users and customers over several days, see spans.h. The triggers take a span away
    // when a
    // day of it changes, whichever release does it: one that is packed no longer, or one that had no rows at
    // all.
    R"(CREATE TABLE usage_spans (
    level INTEGER NOT NULL, first INTEGER NOT NULL, dimension INTEGER NOT NULL,
    last INTEGER NOT NULL,
    token INTEGER NOT NULL,
    head BLOB, rest BLOB,
    PRIMARY KEY (level, first, dimension)
) STRICT;
CREATE INDEX usage_spans_last ON usage_spans (last, first);
CREATE TRIGGER usage_spans_unpacked AFTER DELETE ON usage_packed BEGIN
    DELETE FROM usage_spans WHERE last >= OLD.day AND first <= OLD.day;
END;
CREATE TRIGGER usage_spans_new_day AFTER INSERT ON usage_daily_total WHEN NEW.dimension = 0 BEGIN
    DELETE FROM usage_spans WHERE last >= NEW.day AND first <= NEW.day;
END;)",

    // 4 → 5: from now on events are written by the batch, see createPartition. Nothing changes of what is
    // there; a release that knows nothing of batches would not find them, and does not open this version.
    "SELECT 1;",
};

void refuseStrangers(Connection& connection, int64_t version) {
    if (version > schemaVersion()) {
        throw std::runtime_error("found a database of schema version " + std::to_string(version) +
                                 ", written by a newer release; allowed: up to " +
                                 std::to_string(schemaVersion()));
    }
    const bool ours = connection.value("PRAGMA application_id") == kApplication;
    const bool empty = version == 0 && connection.value("SELECT count(*) FROM sqlite_master") == 0;
    if (!ours && !empty)
        throw std::runtime_error("found a database of another program; allowed: one of Sluice's, or no file");
}

}  // namespace

int64_t schemaVersion() { return std::size(kMigrations); }

std::string migrationFrom(int64_t version) {
    return std::string(kMigrations[version]) + "\nPRAGMA application_id = " + std::to_string(kApplication) +
           ";\nPRAGMA user_version = " + std::to_string(version + 1) + ";";
}

void migrate(Connection& connection) {
    {
        // One look: somebody who makes the tables between two questions would pass for another program.
        const Transaction look(connection, Transaction::Kind::Read);
        const int64_t found = connection.value("PRAGMA user_version");
        refuseStrangers(connection, found);
        if (found == schemaVersion()) return;
    }
    Transaction transaction(connection, Transaction::Kind::Write);
    // Somebody else may have been faster.
    const int64_t version = connection.value("PRAGMA user_version");
    refuseStrangers(connection, version);
    for (int64_t next = version; next < schemaVersion(); ++next) connection.run(migrationFrom(next));
    transaction.commit();
}

std::string partitionName(int64_t month) {
    char name[40];
    (void)std::snprintf(name, sizeof name, "usage_%04d_%02d", static_cast<int>(month / 12),
                        static_cast<int>(month % 12 + 1));
    return name;
}

bool hasTable(Connection& connection, const std::string& name) {
    auto find = connection.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1");
    return find.with(name).step();
}

std::string batchesName(int64_t month) { return partitionName(month) + "_batches"; }
std::string callsName(int64_t month) { return partitionName(month) + "_calls"; }

// Events are numbered from 1 within the month; a batch has the number of its last one. All of a batch began
// on one day, so that days can be told apart without looking into it.
void createPartition(Connection& connection, int64_t month) {
    const std::string name = partitionName(month), batches = batchesName(month);
    connection.run("CREATE TABLE IF NOT EXISTS " + batches + R"( (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
    events BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS )" +
                   name + "_first ON " + batches + " (day, first_ms);\n" + "CREATE INDEX IF NOT EXISTS " +
                   name + "_last ON " + batches + " (day, last_ms);\n" + "CREATE TABLE IF NOT EXISTS " +
                   callsName(month) + R"( (
    call_key INTEGER NOT NULL, mark INTEGER NOT NULL, event INTEGER NOT NULL,
    PRIMARY KEY (call_key, mark, event)
) WITHOUT ROWID, STRICT;)");
    connection.prepare("INSERT OR IGNORE INTO partitions VALUES (?1, 0)").with(month).run();
}

}  // namespace store_sqlite
