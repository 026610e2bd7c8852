// The index against servers that say what a test makes them say: whom a search goes to, and what is done
// about what comes back.
#include <catch2/catch.hpp>

#include "../cache_redis/fake_server.h"
#include "../cache_redis/host.h"
#include "semantic/redis_index.h"

using namespace cache_tests;
using Words = FakeServer::Words;

namespace {

constexpr int64_t kNow = 1000;
const std::string kScope(64, 'a');

std::string usual(const Words& words) {
    if (words[0] == "PING") return "+PONG\r\n";
    if (words[0] == "FT.CREATE") return "+OK\r\n";
    if (words[0] == "FT.SEARCH")
        return "*3\r\n:1\r\n" + bulk(words[1]) + "*8\r\n" + bulk("scope") + bulk(kScope) + bulk("key") +
               bulk("k1") + bulk("expires_ms") + bulk("5000") + bulk("distance") + bulk("0.25");
    return ":1\r\n";
}

cache::RedisIndexOptions single(const FakeServer& server, Host& host) {
    cache::RedisIndexOptions options;
    options.on = true;
    options.server = cache_redis::readOptions(
        R"({"host":"127.0.0.1","port":)" + std::to_string(server.port()) + "}", host.host());
    options.timeout_ms = 2000;
    return options;
}

std::string found(cache::RedisIndex& index) {
    const auto one = index.nearest(nullptr, kScope, {1, 0}, kNow);
    return one ? one->key : "none";
}

bool heard(const FakeServer& server, const std::string& begin, size_t count = 1) {
    return eventually([&] {
        size_t all = 0;
        for (const auto& line : server.heard()) all += line.rfind(begin, 0) == 0 ? 1 : 0;
        return all >= count;
    });
}

size_t count(const FakeServer& server, const std::string& begin) {
    size_t all = 0;
    for (const auto& line : server.heard()) all += line.rfind(begin, 0) == 0 ? 1 : 0;
    return all;
}

cache::Answered answered(const std::string& key) { return {kScope, key, "", {1, 0}, kNow + 60'000}; }

}  // namespace

TEST_CASE("in a cluster all of an index is asked of the server that has its slot") {
    FakeServer other(usual);
    FakeServer first([&](const Words& words) -> std::string {
        if (words[0] == "CLUSTER") return slots({{0, 16383, first.port()}});
        if (words[0] == "FT.SEARCH" || words[0] == "HSET")
            return "-MOVED " + std::to_string(cache_redis::slotOf("{sluice_cache}:")) +
                   " 127.0.0.1:" + std::to_string(other.port()) + "\r\n";
        return usual(words);
    });
    Host host;
    cache::RedisIndexOptions options;
    options.server = cache_redis::readOptions(
        R"({"redis_startup_nodes":[["127.0.0.1",)" + std::to_string(first.port()) + "]]}", host.host());
    options.timeout_ms = 3000;
    cache::RedisIndex index(host.host(), options);
    REQUIRE(eventually([&] { return found(index) == "k1"; }));
    index.add(answered("k2"), kNow);
    CHECK(heard(other, "HSET {sluice_cache}:"));
    CHECK(heard(other, "PEXPIRE {sluice_cache}:"));
}

TEST_CASE("the index is made once, before or after what is in it") {
    FakeServer server([](const Words& words) {
        if (words[0] == "FT.SEARCH") return std::string("-sluice_cache: no such index\r\n");
        return usual(words);
    });
    Host host;
    cache::RedisIndex index(host.host(), single(server, host));
    CHECK(found(index) == "none");
    index.add(answered("k1"), kNow);
    REQUIRE(heard(server,
                  "FT.CREATE sluice_cache ON HASH PREFIX 1 {sluice_cache}: SCHEMA scope TAG vector VECTOR "
                  "HNSW 6 TYPE FLOAT32 DIM 2 DISTANCE_METRIC COSINE"));
    REQUIRE(heard(server, "HSET"));
    server.set(usual);
    CHECK(found(index) == "k1");
    for (const char* key : {"k2", "k3"}) index.add(answered(key), kNow);
    REQUIRE(heard(server, "HSET", 3));
    CHECK(count(server, "FT.CREATE") == 1);
    index.add({kScope, "late", "", {1, 0}, kNow}, kNow);  // over already
    index.remove(kScope, "k1");
    REQUIRE(heard(server, "UNLINK"));
    CHECK(count(server, "HSET") == 3);
}

TEST_CASE("without vector search one line says so, and nobody is asked any more") {
    FakeServer server([](const Words& words) {
        if (words[0].rfind("FT.", 0) == 0) return "-ERR unknown command '" + words[0] + "'\r\n";
        return usual(words);
    });
    Host host;
    cache::RedisIndex index(host.host(), single(server, host));
    for (int i = 0; i < 10; ++i) {
        CHECK(found(index) == "none");
        index.add(answered("k"), kNow);
    }
    CHECK(count(server, "FT.") == 1);
    CHECK(count(server, "HSET") == 0);
    CHECK(host.logged("has no vector search") == 1);
    CHECK(index.status()["healthy"] == false);
}

TEST_CASE("an index of other vectors, of a server that does not say how long they are") {
    FakeServer server([](const Words& words) -> std::string {
        if (words[0] == "FT.SEARCH")
            return "-query vector blob size (8) does not match index's expected size (16).\r\n";
        if (words[0] == "FT.INFO")
            return "*2\r\n" + bulk("attributes") + "*2\r\n*4\r\n" + bulk("identifier") + bulk("scope") +
                   bulk("type") + bulk("TAG") + "*4\r\n" + bulk("identifier") + bulk("vector") +
                   bulk("type") + bulk("VECTOR");
        return usual(words);
    });
    Host host;
    cache::RedisIndex index(host.host(), single(server, host));
    CHECK(found(index) == "none");
    CHECK(eventually([&] { return host.logged("have not the 2 dimensions") == 1; }));
    index.add(answered("k"), kNow);
    CHECK(found(index) == "none");
    CHECK(count(server, "FT.SEARCH") == 1);
    CHECK(count(server, "HSET") == 0);
}

TEST_CASE("a search that says nothing costs its deadline, five of them the index for a while") {
    FakeServer server([](const Words& words) { return words[0] == "FT.SEARCH" ? "" : usual(words); });
    Host host;
    auto options = single(server, host);
    options.timeout_ms = 30;
    cache::RedisIndex index(host.host(), options);
    REQUIRE(eventually([&] { return host.logged("take longer than 30 ms") == 1 || found(index) == "x"; }));
    const auto asked = count(server, "FT.SEARCH");
    CHECK(asked >= 1);
    const int64_t begin = cache_redis::clockMs();
    CHECK(found(index) == "none");
    CHECK(cache_redis::clockMs() - begin < 25);
}

TEST_CASE("nonsense for an answer is nothing, and no fault of a request") {
    for (const char* reply :
         {":5\r\n", "*0\r\n", "+OK\r\n", "*3\r\n:1\r\n$1\r\nk\r\n:1\r\n", "-OOM no\r\n"}) {
        INFO(reply);
        FakeServer server(
            [&](const Words& words) { return words[0] == "FT.SEARCH" ? std::string(reply) : usual(words); });
        Host host;
        cache::RedisIndex index(host.host(), single(server, host));
        CHECK(found(index) == "none");
    }
}
