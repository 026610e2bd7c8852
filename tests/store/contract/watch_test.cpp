// Watches: replay, order, other instances, other processes, the end.
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "support.h"

using namespace store_tests;

namespace {

void checkOrder(const std::vector<Told>& told) {
    for (size_t i = 1; i < told.size(); ++i) CHECK(told[i - 1].version < told[i].version);
}

}  // namespace

TEST_CASE("a watch begins with what there is, the oldest change first") {
    TestStore store(":memory:");
    for (const char* id : {"a", "b", "c", "d"}) CHECK(store.put(id, "{}") == SLUICE_OK);
    CHECK(store.put("a", R"({"again":1})") == SLUICE_OK);
    CHECK(store.take("c") == SLUICE_OK);
    CHECK(store.put("x", "{}", SLUICE_STORE_ANY, "team") == SLUICE_OK);
    Listener keys;
    CHECK(store.watch("key", keys) > 0);
    const auto told = keys.told();
    REQUIRE(told.size() == 3);
    CHECK(told[0].id == "b");
    CHECK(told[1].id == "d");
    CHECK(told[2].id == "a");
    checkOrder(told);
}

TEST_CASE("a write has told this process when it returns, the removal of a document too") {
    TestStore store(":memory:");
    Listener keys, teams;
    CHECK(store.watch("key", keys) > 0);
    CHECK(store.watch("team", teams) > 0);
    for (int i = 0; i < 50; ++i) {
        CHECK(store.put("a", "{\"n\":" + std::to_string(i) + "}") == SLUICE_OK);
        REQUIRE(keys.told().size() == static_cast<size_t>(i) + 1);
        CHECK(keys.told().back().version == store.version);
    }
    CHECK(store.take("a") == SLUICE_OK);
    REQUIRE(keys.told().size() == 51);
    CHECK(keys.told().back().removed);
    CHECK(keys.told().back().json.empty());
    CHECK(teams.told().empty());
    checkOrder(keys.told());
}

TEST_CASE("after unwatch nobody is told") {
    TestStore store(":memory:");
    Listener keys;
    const auto id = store.watch("key", keys);
    CHECK(store.put("a", "{}") == SLUICE_OK);
    store.unwatch(id);
    store.unwatch(id);
    store.unwatch(4711);
    CHECK(store.put("a", "{}") == SLUICE_OK);
    CHECK(keys.told().size() == 1);
}

TEST_CASE("a callback may write, watch and end its own watch") {
    struct Own {
        TestStore* store;
        int64_t watch = 0;
        Listener other;
        int told = 0;
    };
    TestStore store(":memory:");
    Own own{&store, 0, {}, 0};
    own.watch = store.store().watch("key", [&own](const store_common::Document&) {
        ++own.told;
        const store_common::Change change{"team", "t", "{}", SLUICE_STORE_ANY, false};
        uint64_t version = 0;
        CHECK(own.store->store().write({change}, version));
        CHECK(own.store->watch("team", own.other) > 0);
        own.store->unwatch(own.watch);
    });
    CHECK(store.put("a", "{}") == SLUICE_OK);
    CHECK(store.put("b", "{}") == SLUICE_OK);
    CHECK(own.told == 1);
    CHECK(own.other.waitFor(1).size() == 1);
}

TEST_CASE("two generations on one file hear of each other at once") {
    const Directory directory;
    TestStore old_one(directory.file());
    Listener old_keys;
    CHECK(old_one.watch("key", old_keys) > 0);
    CHECK(old_one.put("a", "{}") == SLUICE_OK);
    {
        TestStore new_one(directory.file());
        Listener new_keys;
        CHECK(new_one.watch("key", new_keys) > 0);
        CHECK(new_keys.told().size() == 1);
        for (int i = 0; i < 20; ++i) {
            CHECK((i % 2 == 0 ? old_one : new_one).put("k" + std::to_string(i), "{}") == SLUICE_OK);
            CHECK(new_keys.told().size() == static_cast<size_t>(i) + 2);
            CHECK(old_keys.told().size() == static_cast<size_t>(i) + 2);
        }
        checkOrder(new_keys.told());
    }
    CHECK(old_one.put("z", "{}") == SLUICE_OK);
    CHECK(old_keys.told().back().id == "z");
    checkOrder(old_keys.told());
}

TEST_CASE("changes of another process arrive by themselves, in order") {
    const Directory directory;
    TestStore store(directory.file());
    Listener keys;
    CHECK(store.watch("key", keys) > 0);
    // The program itself, as the child that the hidden test below is.
    const pid_t child = ::fork();
    if (child == 0) {
        ::setenv("SLUICE_STORE_FILE", directory.file().c_str(), 1);
        ::execl("/proc/self/exe", "child", "child: writes documents", nullptr);
        ::_exit(127);
    }
    const auto told = keys.waitForId("last");
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    // How often it looked while that went on is not known: of a document that changed twice it may have heard
    // once.
    std::map<std::string, Told> known;
    for (const auto& each : told) known.insert_or_assign(each.id, each);
    CHECK(known.size() >= 40);
    CHECK(known.count("k39") == 1);
    for (const auto& [id, each] : known) CHECK(each.removed == (id == "k0"));
    checkOrder(told);
}

TEST_CASE("child: writes documents", "[.child]") {
    TestStore store(std::getenv("SLUICE_STORE_FILE"));
    for (int i = 0; i < 40; ++i) CHECK(store.put("k" + std::to_string(i), "{}") == SLUICE_OK);
    CHECK(store.take("k0") == SLUICE_OK);
    CHECK(store.put("last", "{}") == SLUICE_OK);
}

TEST_CASE("an instance ends while it is told") {
    const Directory directory;
    TestStore writer(directory.file());
    for (int round = 0; round < 10; ++round) {
        Listener keys;
        TestStore store(directory.file());
        CHECK(store.watch("key", keys) > 0);
        std::thread writes([&] {
            const store_common::Change change{"key", "a", "{}", SLUICE_STORE_ANY, false};
            uint64_t version = 0;
            for (int i = 0; i < 20; ++i) (void)writer.store().write({change}, version);
        });
        writes.join();
    }
    SUCCEED();
}
