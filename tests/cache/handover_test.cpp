// How cache_memory gets over a reload.
#include <sluice/cache.h>
#include <catch2/catch.hpp>
#include <sluice/testing/fake_host.hpp>

#include "cache_memory/plugin.h"
#include "support.h"

using cache_memory::Handover;
using cache_memory::Plugin;
using sluice::testing::FakeHost;
using sluice::testing::FakePlugin;

namespace {

const sluice_cache* tableOf(const FakePlugin& plugin) {
    return static_cast<const sluice_cache*>(plugin.service(SLUICE_CACHE_ID).table);
}
void put(const FakePlugin& plugin, const char* key, const char* value) {
    CHECK(tableOf(plugin)->put(plugin.service(SLUICE_CACHE_ID).owner, sluice::str(key), sluice::str(value),
                               60'000) == SLUICE_OK);
}
std::string get(const FakePlugin& plugin, const char* key) {
    const sluice_str asked = sluice::str(key);
    std::string value = "(none)";
    CHECK(tableOf(plugin)->get(plugin.service(SLUICE_CACHE_ID).owner, nullptr, &asked, 1, 0, &value,
                               [](void* to, size_t, const sluice_cache_entry* entry) {
                                   *static_cast<std::string*>(to) = sluice::view(entry->value);
                               }) == SLUICE_OK);
    return value;
}

}  // namespace

TEST_CASE("cache 30: both generations of one library use one store") {
    FakeHost host;
    auto before = host.load<Plugin>("{}");
    put(before, "k", "v");
    auto after = host.load<Plugin>(R"({"max_bytes":134217728})");
    CHECK(get(after, "k") == "(none)");
    REQUIRE(after.importState(before.exportState()));
    CHECK(get(after, "k") == "v");
    put(before, "late", "v");
    CHECK(get(after, "late") == "v");
    before = after;  // the old one goes
    CHECK(get(after, "late") == "v");
}

TEST_CASE("cache 31: another number of shards: the entries move") {
    FakeHost host;
    auto before = host.load<Plugin>("{}");
    put(before, "k", "v");
    host.advance(1'000);
    auto after = host.load<Plugin>(R"({"shards":2})");
    REQUIRE(after.importState(before.exportState()));
    CHECK(get(after, "k") == "v");
    CHECK(get(before, "k") == "(none)");
    host.advance(58'999);
    CHECK(get(after, "k") == "v");
    host.advance(1);
    CHECK(get(after, "k") == "(none)");
}

TEST_CASE("cache 32: another library: the entries move through its table") {
    struct Other {
        static void drain(void* owner, void* sink, Handover::Take take) {
            const std::string key = "k", value = *static_cast<std::string*>(owner);
            take(sink, key.data(), key.size(), value.data(), value.size(), INT64_MAX, 1);
            take(sink, "dead", 4, "v", 1, 0, 0);
        }
    };
    std::string value = "from elsewhere";
    Handover handover;
    handover.owner = &value;
    handover.drain = Other::drain;
    FakeHost host;
    auto plugin = host.load<Plugin>("{}");
    REQUIRE(plugin.importState(written(handover)));
    CHECK(get(plugin, "k") == "from elsewhere");
    CHECK(get(plugin, "dead") == "(none)");
}

TEST_CASE("cache 33: what another process wrote is not followed") {
    FakeHost host;
    auto plugin = host.load<Plugin>("{}");
    const std::string mine = plugin.exportState();
    CHECK(cache_memory::read(mine) != nullptr);
    for (const std::string& text :
         {std::string(), std::string("x"), "1" + mine, mine + "x", mine.substr(0, mine.find(' ')),
          mine.substr(0, mine.find(' ')) + " 0", "1:1" + mine.substr(mine.find(' '))})
        CHECK_FALSE(plugin.importState(text));
    Handover newer;
    newer.format = 0;
    CHECK_FALSE(plugin.importState(written(newer)));
}
