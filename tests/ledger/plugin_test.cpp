// The plugin as the gateway sees it: configuration, hooks, metrics.
#include <catch2/catch.hpp>

#include <sluice/testing/fake_host.hpp>

#include "plugin.h"
#include "support.h"

using namespace sluice::testing;
using ledger::tests::MemoryStore;
using ledger::tests::TempDirectory;

namespace {

// sluice.store/1 in front of a store in memory.
struct StoreTable {
    StoreTable() {
        table.size = sizeof table;
        table.append = [](sluice_instance* self, const sluice_record* const* events, size_t count) {
            return reinterpret_cast<MemoryStore*>(self)->append()(events, count);
        };
    }
    sluice_service service() {
        return {sizeof(sluice_service), 0, &table, reinterpret_cast<sluice_instance*>(&store),
                sluice::str("memory")};
    }
    sluice_store table{};
    MemoryStore store;
};

std::string configOf(const TempDirectory& directory, const std::string& more = "") {
    return "{\"spool\":\"" + directory.spool() + "\"" + more + "}";
}

}  // namespace

TEST_CASE("without a store it does not start, and says what is missing") {
    const TempDirectory directory;
    FakeHost host;
    auto plugin = host.load<ledger::Plugin>(configOf(directory));
    CHECK(plugin.start().find("list a plugin such as store_sqlite under `plugins`") != std::string::npos);
    auto named = host.load<ledger::Plugin>(configOf(directory, R"(,"store":"other")"));
    CHECK(named.start() == R"(store: there is no store named "other")");
    sluice_store without{};
    without.size = offsetof(sluice_store, append);
    host.services[SLUICE_STORE_ID] = {sizeof(sluice_service), 0, &without, nullptr, sluice::str("small")};
    auto small = host.load<ledger::Plugin>(configOf(directory));
    CHECK(small.start() == R"(store: "small" keeps no usage events)");
    CHECK(plugin.onComplete({}));  // nobody is there to take it, and nothing breaks
}

TEST_CASE("a spool that cannot be made is refused by name") {
    const TempDirectory directory;
    ledger::tests::writeTo(directory.spool(), "a file");
    FakeHost host;
    CHECK(host.refusal<ledger::Plugin>(configOf(directory)) ==
          "spool: " + directory.spool() +
              ": Not a directory; allowed: a directory that the gateway may write, in one that exists");
    CHECK(host.refusal<ledger::Plugin>(R"({"spool":"/nowhere/at/all"})").find("No such file") !=
          std::string::npos);
    CHECK(host.refusal<ledger::Plugin>(R"({"sync":"always"})").find("sync: ") == 0);
}

TEST_CASE("a record becomes an event of the store, failed ones too") {
    const TempDirectory directory;
    StoreTable table;
    FakeHost host;
    host.services[SLUICE_STORE_ID] = table.service();
    {
        auto plugin = host.load<ledger::Plugin>(configOf(directory));
        REQUIRE(plugin.start().empty());
        int number = 0;
        for (const char* outcome : {"success", "failure", "cancelled", "blocked"}) {
            FakeRecord record;
            record.call_id = "call-" + std::to_string(++number);
            record.outcome = outcome;
            plugin.onComplete(record);
        }
    }
    CHECK(table.store.size() == 4);
    CHECK(host.metric("sluice_ledger_events_total") == 4);
    CHECK(host.metric("sluice_ledger_stored_total") == 4);
    CHECK(host.metric("sluice_ledger_batches_total") >= 1);
    CHECK(host.metric("sluice_ledger_waiting") == 0);
    CHECK(host.metric("sluice_ledger_spool_bytes") == 0);
    CHECK(host.metric("sluice_ledger_dropped_total") == 0);
}

TEST_CASE("a call id that a client has chosen counts each time") {
    const TempDirectory directory;
    StoreTable table;
    FakeHost host;
    host.services[SLUICE_STORE_ID] = table.service();
    {
        auto plugin = host.load<ledger::Plugin>(configOf(directory));
        REQUIRE(plugin.start().empty());
        FakeRecord record;
        record.call_id = "mine";
        for (const char* id : {"one", "two", "three"}) {
            record.record_id = id;
            plugin.onComplete(record);
        }
    }
    CHECK(table.store.size() == 3);
    CHECK(table.store.has("three"));
}
