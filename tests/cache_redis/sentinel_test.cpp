// A real master with a replica, and three sentinels that watch them.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "load.h"
#include "server.h"

using namespace cache_tests;

TEST_CASE("Sentinels: the master dies under load, and the next one is followed", "[servers]") {
    const bool frozen = GENERATE(false, true);
    Server master({"--requirepass", "word", "--masterauth", "word"});
    Server replica({"--requirepass", "word", "--masterauth", "word", "--replicaof",
                    "127.0.0.1 " + std::to_string(master.port())});
    REQUIRE(eventually(
        [&] {
            return master.ask({"INFO", "replication"}).find("state=online") != std::string::npos;
        },
        20'000));
    std::vector<std::unique_ptr<Server>> sentinels;
    std::string nodes = R"(["127.0.0.1",1])";  // one that is not there
    for (int i = 0; i < 3; ++i) {
        sentinels.push_back(sentinel(master, 2,
                                     {"sentinel auth-pass mymaster word", "requirepass other-word",
                                      "sentinel sentinel-pass other-word"}));
        nodes += R"(,["127.0.0.1",)" + std::to_string(sentinels.back()->port()) + "]";
    }
    Host host;
    Loaded cache(host, R"({"sentinel_nodes":[)" + nodes +
                           R"(],"service_name":"mymaster","password":"word","sentinel_password":"other-word",
                          "timeout_ms":1500})");
    std::vector<std::string> keys;
    for (int i = 0; i < 20; ++i) keys.push_back("key:" + std::to_string(i));
    REQUIRE(cache.keep(keys[0], "value of " + keys[0], 20'000));
    for (const auto& key : keys) REQUIRE(cache->put(key, "value of " + key, 600'000) == SLUICE_OK);
    REQUIRE(eventually([&] { return cache.get(keys).values.size() == keys.size(); }));
    // Those who do not know each other yet cannot agree.
    for (auto& one : sentinels)
        REQUIRE(eventually(
            [&] {
                const std::string about = one->ask({"SENTINEL", "MASTER", "mymaster"});
                return about.find("num-other-sentinels\n2") != std::string::npos &&
                       about.find("num-slaves\n1") != std::string::npos;
            },
            20'000));

    Load load(cache, keys, 500);
    REQUIRE(eventually([&] { return load.whole > 20; }));
    CHECK(load.failed == 0);
    frozen ? master.freeze() : master.kill();
    sentinels[0]->kill();
    REQUIRE(eventually([&] { return host.logged("Redis at " + replica.place() + " answers") == 1; }, 20'000));
    REQUIRE(eventually([&] { return cache.get(keys).values.size() == keys.size(); }, 20'000));
    load.stop();
    CHECK(load.wrong == 0);
    CHECK(load.slow == 0);
    CHECK(host.logged("Redis at " + master.place() + " is away") == 1);
    const auto status = nlohmann::json::parse(cache->status());
    CHECK(status["mode"] == "sentinel");
    CHECK(status["healthy"] == true);
    CHECK(status["servers"][0]["server"] == replica.place());
    CHECK(replica.ask({"ROLE"}).rfind("master", 0) == 0);
    CHECK(cache.keep("after", "it"));
    CHECK(replica.ask({"GET", "sluice-cache:after"}) == "it");
}
