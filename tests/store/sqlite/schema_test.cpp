// Files of older releases, of newer ones and of others.
#include <fstream>

#include "schema.h"
#include "support.h"

using namespace store_tests;

namespace {

// As the first schema has left it: text, so that no later change of the code changes it.
const char* const kVersion1 = R"(
PRAGMA journal_mode = WAL;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;
INSERT INTO counters VALUES ('version', 7);
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
CREATE INDEX documents_removed ON documents (changed_ms) WHERE removed = 1;
INSERT INTO documents VALUES (3, 'key', 'a', '{"max_budget":5}', 0, 1790000000000);
INSERT INTO documents VALUES (5, 'key', 'gone', '', 1, 4000000000000);
INSERT INTO documents VALUES (7, 'key', 'b', '{}', 0, 1790000000000);
PRAGMA application_id = 1397511491;
PRAGMA user_version = 1;
)";

void make(const std::string& path, const std::string& sql) {
    std::ofstream(path).close();
    store_sqlite::Connection connection(path, 2'000);
    connection.run(sql);
}

std::string refusal(const std::string& path) {
    FakeHost host;
    return host.refusal<store_sqlite::Plugin>(configFor(path));
}

}  // namespace

TEST_CASE("a file of the first schema is brought up to date, with all that is in it") {
    const Directory directory;
    make(directory.file(), kVersion1);
    {
        TestStore store(directory.file());
        Listener keys;
        CHECK(store.watch("key", keys) > 0);
        REQUIRE(keys.told().size() == 2);
        CHECK(keys.told()[0].json == R"({"max_budget":5})");
        CHECK(store.put("c", "{}", SLUICE_STORE_NONE) == SLUICE_OK);
        CHECK(store.version == 8);
        CHECK(store.append({Call{"a"}}) == SLUICE_OK);
    }
    store_sqlite::Connection connection(directory.file(), 2'000);
    CHECK(connection.value("PRAGMA user_version") == store_sqlite::schemaVersion());
    TestStore again(directory.file());
    CHECK(again.report(R"({"report":"spend"})")["overall"]["requests"] == 1);
}

TEST_CASE("the first schema is what it was") {
    const Directory directory;
    make(directory.file("text"), kVersion1);
    make(directory.file("code"), store_sqlite::migrationFrom(0));
    const auto tables = [&](const char* name) {
        store_sqlite::Connection connection(directory.file(name), 2'000);
        return connection.textValue(
            "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master ORDER BY name)");
    };
    CHECK(tables("text") == tables("code"));
}

TEST_CASE("a file of a newer release is refused and left alone") {
    const Directory directory;
    make(directory.file(), std::string(kVersion1) + "PRAGMA user_version = 99;");
    CHECK(refusal(directory.file()) ==
          "path: " + directory.file() +
              ": found a database of schema version 99, written by a newer release; allowed: up to " +
              std::to_string(store_sqlite::schemaVersion()));
    store_sqlite::Connection connection(directory.file(), 2'000);
    CHECK(connection.value("PRAGMA user_version") == 99);
}

TEST_CASE("a migration that fails leaves the file as it was") {
    const Directory directory;
    make(directory.file(), std::string(kVersion1) + "CREATE TABLE combos (x);");
    CHECK(refusal(directory.file()).find("combos already exists") != std::string::npos);
    store_sqlite::Connection connection(directory.file(), 2'000);
    CHECK(connection.value("PRAGMA user_version") == 1);
    CHECK(connection.value("SELECT count(*) FROM sqlite_master WHERE name = 'names'") == 0);
}

TEST_CASE("a database of another program is refused") {
    const Directory directory;
    make(directory.file(), "CREATE TABLE customers (name TEXT);");
    CHECK(refusal(directory.file()) ==
          "path: " + directory.file() +
              ": found a database of another program; allowed: one of Sluice's, or no file");
}
