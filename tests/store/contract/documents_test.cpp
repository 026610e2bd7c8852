// Documents: what a change expects, all or none, what is refused.
#include "support.h"

using namespace store_tests;

TEST_CASE("a change applies if the document is what it expects") {
    TestStore store(":memory:");
    CHECK(store.put("a", R"({"n":1})", SLUICE_STORE_NONE) == SLUICE_OK);
    const auto first = store.version;
    CHECK(first == 1);
    CHECK(store.put("a", "{}", SLUICE_STORE_NONE) == SLUICE_E_CONFLICT);
    CHECK(store.put("a", R"({"n":2})", first) == SLUICE_OK);
    CHECK(store.version == first + 1);
    CHECK(store.put("a", "{}", first) == SLUICE_E_CONFLICT);
    CHECK(store.put("b", "{}", 7) == SLUICE_E_CONFLICT);
    CHECK(store.take("a", first) == SLUICE_E_CONFLICT);
    CHECK(store.take("a", first + 1) == SLUICE_OK);
    // Removed is not there: neither at its version nor at that of the removal.
    CHECK(store.put("a", "{}", first + 1) == SLUICE_E_CONFLICT);
    CHECK(store.put("a", "{}", first + 2) == SLUICE_E_CONFLICT);
    CHECK(store.put("a", R"({"n":3})", SLUICE_STORE_NONE) == SLUICE_OK);
    CHECK(store.version == first + 3);
    CHECK(store.take("nobody") == SLUICE_OK);
    CHECK(store.version == first + 3);
    Listener all;
    CHECK(store.watch("key", all) > 0);
    REQUIRE(all.told().size() == 1);
    CHECK(all.told()[0].json == R"({"n":3})");
    CHECK(all.told()[0].version == first + 3);
}

TEST_CASE("all changes of a write or none") {
    TestStore store(":memory:");
    CHECK(store.put("a", "{}") == SLUICE_OK);
    Listener listener;
    CHECK(store.watch("key", listener) > 0);
    const std::string one = "one", a = "a", json = "{}", kind = "key";
    CHECK(store.write({store.change(kind, one, json), store.change(kind, a, json, SLUICE_STORE_NONE)}) ==
          SLUICE_E_CONFLICT);
    CHECK(listener.told().size() == 1);
    CHECK(store.write({store.change(kind, one, json, SLUICE_STORE_NONE), store.change(kind, a, json, 1)}) ==
          SLUICE_OK);
    const auto told = listener.told();  // at once: the write has returned
    REQUIRE(told.size() == 3);
    CHECK(told[1].id == "one");
    CHECK(told[2].id == "a");
    CHECK(told[2].version == store.version);
    CHECK(store.write({}) == SLUICE_OK);
}

TEST_CASE("what is no document is refused, and nothing is written") {
    TestStore store(":memory:");
    for (const char* json : {"", "[]", "1", "null", "\"{}\"", "{", "{}{}", "{\"a\":}", "{\"a\":\"\x01\"}"}) {
        INFO(json);
        CHECK(store.put("a", json) == SLUICE_E_INVALID);
    }
    for (const char* kind : {"", "Key", "key1", "a b", "kéy"})
        CHECK(store.put("a", "{}", SLUICE_STORE_ANY, kind) == SLUICE_E_INVALID);
    CHECK(store.put("", "{}") == SLUICE_E_INVALID);
    CHECK(store.put(std::string(513, 'x'), "{}") == SLUICE_E_INVALID);
    CHECK(store.put(std::string(512, 'x'), "{}") == SLUICE_OK);
    // 4 MiB are kept, 10 MB are not.
    const auto big = [](size_t size) { return "{\"a\":\"" + std::string(size - 8, 'x') + "\"}"; };
    CHECK(store.put("a", big(10'000'000)) == SLUICE_E_INVALID);
    CHECK(store.put("a", big((4 << 20) + 1)) == SLUICE_E_INVALID);
    CHECK(store.put("a", big(4 << 20)) == SLUICE_OK);
    Listener listener;
    CHECK(store.watch("key", listener) > 0);
    CHECK(listener.told().size() == 2);
    CHECK(listener.told()[1].json.size() == 4 << 20);
}

TEST_CASE("changes of a later release are larger, and read all the same") {
    TestStore store(":memory:");
    struct Later {
        sluice_change now;
        uint64_t more[2];
    };
    const std::string a = "a", b = "b", json = "{}", kind = "key";
    Later changes[2] = {{store.change(kind, a, json), {}}, {store.change(kind, b, json), {}}};
    for (auto& each : changes) each.now.size = sizeof(Later);
    const auto* table = static_cast<const sluice_store*>(Plugin::interface(SLUICE_STORE_ID));
    auto plugin = store.host.load<Plugin>(configFor(":memory:"));
    uint64_t version = 0;
    CHECK(table->write(plugin.service(SLUICE_STORE_ID).owner, &changes[0].now, 2, &version) == SLUICE_OK);
    CHECK(version == 2);
}
