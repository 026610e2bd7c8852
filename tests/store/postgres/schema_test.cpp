// Tables of older and newer releases and of others; months.
#include "support.h"

using namespace store_tests;

namespace {

std::string refusal(const std::string& place) {
    FakeHost host;
    return host.refusal<Plugin>(configFor(place));
}

}  // namespace

TEST_CASE("tables of a newer release are refused and left alone") {
    const Directory directory;
    { TestStore store(directory.file()); }
    const auto side = connectTo(directory.file());
    side->script("INSERT INTO schema_migrations (version) VALUES (99)");
    const auto words = refusal(directory.file());
    CHECK(words.find("found tables of schema version 99 in the schema \"" + directory.file() +
                     "\", written by a newer release; allowed: up to " +
                     std::to_string(store_postgres::schemaVersion())) != std::string::npos);
}

TEST_CASE("tables of another program are refused") {
    const Directory directory;
    const auto side = connectTo("public");
    side->script("CREATE SCHEMA " + directory.file() + "; CREATE TABLE " + directory.file() +
                 ".customers ()");
    CHECK(refusal(directory.file()).find("found tables of another program in the schema") !=
          std::string::npos);
}

TEST_CASE("tables of the first schema are brought up to date, with all that is in them") {
    const Directory directory;
    {
        TestStore store(directory.file());
        CHECK(store.put("a", R"({"n":1})") == SLUICE_OK);
    }
    const auto side = connectTo(directory.file());
    side->script(
        "DROP TABLE usage, partitions, names, combos, usage_daily, usage_daily_tag, usage_daily_end_user, "
        "usage_daily_total; DROP SEQUENCE usage_id; DELETE FROM schema_migrations WHERE version > 1");
    TestStore store(directory.file());
    Listener keys;
    CHECK(store.watch("key", keys) > 0);
    CHECK(keys.told().size() == 1);
    CHECK(store.append({Call{"a"}}) == SLUICE_OK);
    CHECK(valueIn(directory.file(), "SELECT count(*) FROM schema_migrations") ==
          store_postgres::schemaVersion());
}

TEST_CASE("a migration that fails leaves everything as it was") {
    const Directory directory;
    { TestStore store(directory.file()); }
    const auto side = connectTo(directory.file());
    side->script(
        "DROP TABLE usage, partitions, combos, usage_daily, usage_daily_tag, usage_daily_end_user, "
        "usage_daily_total; DROP SEQUENCE usage_id; DELETE FROM schema_migrations WHERE version > 1");
    CHECK(refusal(directory.file()).find("\"names\" already exists") != std::string::npos);
    CHECK(valueIn(directory.file(),
                  "SELECT count(*) FROM pg_class WHERE relname = 'combos' AND "
                  "relnamespace = '" +
                      directory.file() + "'::regnamespace") == 0);
}

TEST_CASE("months are made ahead, and a month that somebody drops is made anew") {
    const Directory directory;
    TestStore store(directory.file());
    for (int i = 0; i < 250 && months(directory.file()) < 3; ++i) ::usleep(20'000);
    CHECK(months(directory.file()) == 3);
    Call call{"a"};
    call.start_ms = store_common::nowMs();
    CHECK(store.append({call}) == SLUICE_OK);
    const auto month = store_common::monthOf(store_common::dayOf(call.start_ms));
    connectTo(directory.file())
        ->script("BEGIN; DROP TABLE " + store_postgres::partitionName(month) +
                 "; DELETE FROM partitions WHERE month = " + std::to_string(month) + "; COMMIT");
    CHECK(store.append({call}) == SLUICE_OK);
    CHECK(store.report(R"({"report":"logs"})")["rows"].size() == 1);
}
