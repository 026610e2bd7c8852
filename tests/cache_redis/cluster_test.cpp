// A real cluster of three masters, and a replica of the first.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "load.h"
#include "server.h"

using namespace cache_tests;
using Json = nlohmann::json;

namespace {

std::vector<std::string> someKeys(size_t count) {
    std::vector<std::string> keys;
    for (size_t i = 0; i < count; ++i) keys.push_back("key:" + std::to_string(i));
    return keys;
}

// All of them kept, and found by one lookup.
void fill(Loaded& cache, const std::vector<std::string>& keys) {
    REQUIRE(cache.keep(keys[0], "value of " + keys[0], 20'000));
    for (const auto& key : keys) REQUIRE(cache->put(key, "value of " + key, 600'000) == SLUICE_OK);
    REQUIRE(eventually([&] { return cache.get(keys).values.size() == keys.size(); }));
}

struct Running {
    Cluster cluster{1};
    Host host;
    Loaded cache{host, cluster.config(R"(,"timeout_ms":5000)")};
    const std::vector<std::string> keys = someKeys(60);
    Running() { fill(cache, keys); }
};

}  // namespace

TEST_CASE("A cluster: everything is where it says", "[servers]") {
    Running running;
    auto& [cluster, host, cache, keys] = running;
    const Json status = Json::parse(cache->status());
    CHECK(status["mode"] == "cluster");
    CHECK(status["healthy"] == true);
    REQUIRE(status["servers"].size() == 3);
    for (const auto& server : status["servers"]) CHECK(server["keys_in_database"] > 0);
    CHECK(host.metric("sluice_cache_redis_redirects_total moved") == 0);
    CHECK(cache.remove({keys[1], keys[2], keys[3], "none"}) == 3u);
    CHECK(cache->flush("key:1") == SLUICE_OK);  // key:1, gone already, and key:10 … key:19
    CHECK(cache.get(keys).values.size() == 60 - 3 - 10);
    CHECK(cache->flush("") == SLUICE_OK);
    CHECK(cache.get(keys).values.empty());
}

TEST_CASE("A cluster: a slot moves under load, and every lookup has its answer", "[servers]") {
    Running running;
    auto& [cluster, host, cache, keys] = running;
    const std::string key = "sluice-cache:" + keys[0];
    const size_t from = cluster.owner(key), to = (from + 1) % 3;
    // Many keys in that slot, so that it takes a while.
    std::vector<std::string> tagged;
    Loaded same(host, cluster.config(R"(,"namespace":"{)" + key + R"(}")"));
    for (int i = 0; i < 100; ++i) tagged.push_back("t" + std::to_string(i));
    fill(same, tagged);
    Load load(same, tagged), others(cache, keys);
    REQUIRE(eventually([&] { return load.lookups > 20; }));
    cluster.move(cache_redis::slotOf(key), from, to);
    const size_t then = load.lookups;
    REQUIRE(eventually([&] { return load.lookups > then + 20; }));
    load.stop();
    others.stop();
    CHECK(cluster.owner(key) == to);
    for (const Load* one : {&load, &others}) {
        CHECK(one->whole == one->lookups);
        CHECK(one->failed == 0);
        CHECK(one->wrong == 0);
    }
    CHECK(host.metric("sluice_cache_redis_redirects_total ask") > 0);
    CHECK(host.metric("sluice_cache_redis_redirects_total moved") > 0);
    CHECK(host.logged("is away") == 0);
    CHECK(same->flush("") == SLUICE_OK);
    CHECK(same.get(tagged).values.empty());
}

TEST_CASE("A cluster: a master dies under load and its replica takes over", "[servers]") {
    Running running;
    auto& [cluster, host, cache, keys] = running;
    std::vector<std::string> others;  // of the two that live
    for (const auto& key : keys) {
        if (cluster.owner("sluice-cache:" + key) != 0) others.push_back(key);
    }
    Load load(cache, keys), unharmed(cache, others);
    REQUIRE(eventually([&] { return load.lookups > 20; }));
    cluster[0].kill();
    REQUIRE(eventually([&] { return host.logged("Redis at " + cluster[0].place() + " is away") == 1; }));
    REQUIRE(eventually([&] { return cache.get(keys).values.size() == keys.size(); }, 20'000));
    const size_t then = load.whole;
    CHECK(eventually([&] { return load.whole > then + 100; }));
    load.stop();
    unharmed.stop();
    CHECK(load.wrong == 0);
    CHECK(load.slow == 0);
    CHECK(unharmed.whole == unharmed.lookups);
    CHECK(cluster.owner("sluice-cache:" + keys[0]) > 0);
    CHECK(host.logged("Redis at " + cluster[3].place() + " answers") == 1);
    CHECK(host.logged("is away") == 1);
    CHECK(Json::parse(cache->status())["healthy"] == true);
}
