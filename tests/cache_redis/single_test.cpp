// One real server.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>
#include <thread>

#include "host.h"
#include "server.h"

using namespace cache_tests;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

std::string at(const Server& server, const std::string& more = "") {
    return R"({"url":"redis://127.0.0.1:)" + std::to_string(server.port()) + R"(/0")" + more + "}";
}

}  // namespace

TEST_CASE("What is put comes back, byte for byte, until its time is over", "[servers]") {
    Server server;
    Host host;
    Loaded cache(host, at(server));
    const std::string binary("a\0\r\n$5\r\n\xff\xfe", 11);
    REQUIRE(cache.keep("ns:k1", binary));
    const Got got = cache.get({"ns:k0", "ns:k1", "ns:k1"});
    CHECK(got.status == SLUICE_OK);
    CHECK(got.values == std::map<size_t, std::string>{{1, binary}, {2, binary}});
    CHECK(got.ttl_ms.at(1) > 500'000);
    CHECK(got.ttl_ms.at(1) <= 600'000);
    CHECK(server.ask({"GET", "sluice-cache:ns:k1"}) == binary);

    CHECK(cache->put("ns:short", "x", 150) == SLUICE_OK);
    CHECK(cache.getUntil("ns:short", SLUICE_OK, "(none)").status == SLUICE_OK);
    server.ask({"SET", "sluice-cache:ns:for-ever", "x"});
    CHECK(cache.get({"ns:for-ever"}).ttl_ms.at(0) < 0);
    CHECK(cache->put("ns:k1", "new", INT64_MAX) == SLUICE_OK);
    CHECK(cache.getUntil("ns:k1", SLUICE_OK, "new").value() == "new");

    std::string large(24 << 20, 'x');
    for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 2654435761u >> 13);
    CHECK(cache->put("large", large, 60'000) == SLUICE_E_INVALID);  // max_value_bytes
    large.resize(15 << 20);
    REQUIRE(cache->put("large", large, 60'000) == SLUICE_OK);
    CHECK(cache.getUntil("large", SLUICE_OK, large, 20'000).value() == large);
    CHECK(cache.get({"ns:k1"}).value() == "new");
    CHECK(eventually([&] { return host.metric("sluice_cache_redis_queue_bytes") == 0; }));
}

TEST_CASE("Removing, flushing by prefix, and what is not the cache's stays", "[servers]") {
    Server server;
    Host host;
    Loaded cache(host, at(server));
    server.ask({"SET", "sluice:{limits}:x", "1"});
    for (int i = 0; i < 1200; ++i) CHECK(cache->put("a*:" + std::to_string(i), "v", 60'000) == SLUICE_OK);
    for (int i = 0; i < 30; ++i) CHECK(cache->put("b:" + std::to_string(i), "v", 60'000) == SLUICE_OK);
    REQUIRE(cache.keep("ab:1", "v"));
    CHECK(server.ask({"DBSIZE"}) == "1232");
    CHECK(cache.remove({"b:0", "b:1", "b:none"}) == 2u);
    CHECK(cache.get({"b:0"}).value() == "(none)");
    CHECK(cache->flush("a*:") == SLUICE_OK);  // the star is no wildcard
    CHECK(server.ask({"DBSIZE"}) == "30");
    CHECK(cache.get({"ab:1"}).value() == "v");
    CHECK(cache->put("b:last", "v", 60'000) == SLUICE_OK);
    CHECK(cache->flush("") == SLUICE_OK);  // what was put before goes, too
    CHECK(server.ask({"KEYS", "*"}) == "sluice:{limits}:x");
}

TEST_CASE("It says how it is", "[servers]") {
    Server server;
    Host host;
    Loaded cache(host, at(server));
    REQUIRE(cache.keep("k", "v"));
    const Json status = Json::parse(cache->status());
    CHECK(status["type"] == "redis");
    CHECK(status["mode"] == "single");
    CHECK(status["healthy"] == true);
    CHECK(status["hits"] >= 1);
    CHECK(status["latency_ms"] >= 0);
    CHECK(status["servers"][0]["server"] == server.place());
    CHECK(status["servers"][0]["role"] == "master");
    CHECK(status["servers"][0]["keys_in_database"] == 1);
    CHECK(status["servers"][0]["used_memory_bytes"] > 1000);
    server.kill();
    CHECK(cache.getUntil("k", SLUICE_E_UNAVAILABLE, "(none)").status == SLUICE_E_UNAVAILABLE);
    const Json after = Json::parse(cache->status());
    CHECK(after["healthy"] == false);
    CHECK_THAT(after["error"].get<std::string>(), Contains(server.place()));
}

TEST_CASE("A server goes and comes back: at once away, one line each, and what is known is known again",
          "[servers]") {
    Server server;
    Host host;
    Loaded cache(host, at(server));
    REQUIRE(cache.keep("k", "v"));
    CHECK(host.metric("sluice_cache_redis_up " + server.place()) == 1);
    server.kill();
    REQUIRE(cache.getUntil("k", SLUICE_E_UNAVAILABLE, "(none)").status == SLUICE_E_UNAVAILABLE);
    for (int i = 0; i < 100; ++i) REQUIRE(cache.get({"k"}, 60'000).status == SLUICE_E_UNAVAILABLE);
    CHECK(cache.remove({"k"}) == std::nullopt);
    CHECK(cache->flush("") == SLUICE_E_UNAVAILABLE);
    pause(500);
    CHECK(host.metric("sluice_cache_redis_up " + server.place()) == 0);
    CHECK(host.logged("is away") == 1);
    server.start();
    CHECK(cache.keep("k", "w"));
    CHECK(eventually([&] { return host.logged(" answers") == 2; }));
    CHECK(host.logged("is away") == 1);
}

TEST_CASE("A server that hangs", "[servers]") {
    Server server;
    Host host;
    Loaded cache(host, at(server, R"(,"timeout_ms":1000)"));
    REQUIRE(cache.keep("k", "v"));
    server.freeze();
    const Got first = cache.get({"k"}, 50);
    CHECK(first.status == SLUICE_E_DEADLINE);
    CHECK(first.took_ms < 5000);
    CHECK(eventually([&] { return cache.get({"k"}, 10).status == SLUICE_E_UNAVAILABLE; }));
    for (int i = 0; i < 50; ++i) CHECK(cache.get({"k"}, 60'000).status == SLUICE_E_UNAVAILABLE);
    server.thaw();
    CHECK(cache.getUntil("k", SLUICE_OK, "v").value() == "v");
    CHECK(eventually([&] { return host.logged(" answers") == 2; }));
    CHECK(host.logged("is away") == 1);
}

TEST_CASE("Passwords, users and databases", "[servers]") {
    Server server({"--requirepass", "word-nobody-may-see"});
    server.ask({"ACL", "SETUSER", "joe", "on", ">joes-word", "~*", "+@all"});
    const std::string base = R"({"host":"127.0.0.1","port":)" + std::to_string(server.port());
    Host host;
    Loaded with(host, base + R"(,"password":"word-nobody-may-see","db":3})");
    CHECK(with.keep("k", "v"));
    Loaded joe(host, base + R"(,"username":"joe","password":"joes-word","db":3})");
    CHECK(joe.getUntil("k", SLUICE_OK, "v").value() == "v");
    for (const std::string& more :
         {std::string("}"), std::string(R"(,"password":"wrong-word-nobody-may-see"})"),
          std::string(R"(,"password":"word-nobody-may-see","db":99})")}) {
        Host other;
        Loaded without(other, base + more);
        CHECK(without.getUntil("k", SLUICE_E_UNAVAILABLE, "(none)").status == SLUICE_E_UNAVAILABLE);
        const char* why = more == "}" ? "wants a password (NOAUTH)"
                          : more.find("db") != std::string::npos
                              ? "has no database 99"
                              : "refuses the username or the password (WRONGPASS)";
        CHECK(other.logged(why) == 1);
        CHECK(other.logged("nobody-may-see") == 0);
        CHECK_THAT(without->status(), Contains(why) && !Contains("nobody-may-see"));
    }
}

TEST_CASE("A Unix socket, and many threads at once", "[servers]") {
    const std::string path =
        (std::filesystem::temp_directory_path() / ("sluice_" + std::to_string(freePort()))).string();
    Server socketed({"--unixsocket", path});
    Host host;
    Loaded cache(host, R"({"url":"unix://)" + path + R"("})");
    REQUIRE(cache.keep("k", "v"));
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 200; ++i) {
                const std::string key = "t" + std::to_string(t) + ":" + std::to_string(i);
                const std::string value(static_cast<size_t>(i * 37 % 5000), static_cast<char>('a' + t));
                if (cache->put(key, value, 60'000) != SLUICE_OK) ++wrong;
                const Got got = cache.get({"k", key, "none"}, 10'000);
                const bool other = got.values.count(1) > 0 && got.values.at(1) != value;
                if (got.status != SLUICE_OK || got.value() != "v" || other) ++wrong;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(eventually([&] { return socketed.ask({"DBSIZE"}) == "1601"; }));
}
