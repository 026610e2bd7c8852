// Against servers that say what a test makes them say.
#include <catch2/catch.hpp>

#include "fake_server.h"
#include "host.h"
#include "reply.h"

using namespace cache_tests;
using Catch::Matchers::Contains;
using Words = FakeServer::Words;

namespace {

const std::string kPrefix = "sluice-cache:";

// What every server says until it is asked for a key.
std::string common(const Words& words) {
    if (words[0] == "PING") return "+PONG\r\n";
    if (words[0] == "AUTH" || words[0] == "SELECT" || words[0] == "ASKING") return "+OK\r\n";
    if (words[0] == "PTTL") return ":5000\r\n";
    return "$-1\r\n";
}

std::string single(const FakeServer& server, const std::string& more = "") {
    return R"({"host":"127.0.0.1","port":)" + std::to_string(server.port()) + more + "}";
}

std::string cluster(const FakeServer& server) {
    return R"({"redis_startup_nodes":[["127.0.0.1",)" + std::to_string(server.port()) + "]]}";
}

std::string at(const char* word, const std::string& key, int port) {
    return "-" + std::string(word) + " " + std::to_string(cache_redis::slotOf(kPrefix + key)) +
           " 127.0.0.1:" + std::to_string(port) + "\r\n";
}

}  // namespace

TEST_CASE("A host that cannot make a hook wait is refused by name") {
    Host host;
    host.waits = false;
    CHECK_THROWS_WITH(Loaded(host, "{}"), Contains("sluice.host.wait/1") && Contains("ABI 1.2"));
}

TEST_CASE("Several keys are one round trip: a GET and a PTTL each, all in one go") {
    FakeServer server([](const Words& words) {
        if (words[0] == "GET" && words[1] == "sluice-cache:b") return bulk("value");
        return common(words);
    });
    Host host;
    Loaded cache(host, single(server, R"(,"password":"p","db":2)"));
    const Got got = cache.get({"a", "b", "c"});
    CHECK(got.status == SLUICE_OK);
    CHECK(got.values == std::map<size_t, std::string>{{1, "value"}});
    CHECK(got.ttl_ms.at(1) == 5000);
    CHECK(server.heard("AUTH p") >= 1);
    CHECK(server.heard("SELECT 2") >= 1);
    CHECK(server.heard("GET sluice-cache:c") == 1);
    CHECK(server.heard("PTTL sluice-cache:c") == 1);
    CHECK(host.metric("sluice_cache_redis_reads_total hit") == 1);
    CHECK(host.metric("sluice_cache_redis_reads_total miss") == 2);
}

TEST_CASE("A get waits no longer than it may, and a server that says nothing is away after a while") {
    std::atomic<bool> mute{false};
    FakeServer server([&mute](const Words& words) { return mute ? std::string() : common(words); });
    Host host;
    Loaded cache(host, single(server, R"(,"timeout_ms":1000)"));
    REQUIRE(cache.get({"a"}).status == SLUICE_OK);
    mute = true;
    const Got late = cache.get({"a"}, 30);
    CHECK(late.status == SLUICE_E_DEADLINE);
    CHECK(late.took_ms < 3000);
    REQUIRE(eventually([&] { return cache.get({"a"}, 1).status == SLUICE_E_UNAVAILABLE; }));
    CHECK(cache.get({"a"}, 60'000).took_ms < 5000);
    CHECK(cache->put("a", "v", 1000) == SLUICE_E_UNAVAILABLE);
    CHECK(host.logged("is away") == 1);
    CHECK(host.logged("has not answered within 1000 ms") == 1);
    mute = false;
    CHECK(cache.getUntil("a", SLUICE_OK, "(none)").status == SLUICE_OK);
    CHECK(eventually([&] { return host.logged(" answers") == 2; }));
    CHECK(host.logged("is away") == 1);
}

TEST_CASE("What is no Redis is told so, and nothing breaks") {
    const std::string all = std::string("HTTP/1.1 400 Bad Request\r\n\r\n") + std::string("\0\xff*", 3);
    for (const std::string& garbage :
         {all, std::string("*2147483647\r\n"), std::string("$99999999999999999999\r\n"),
          std::string("*-5\r\n+a\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n")}) {
        FakeServer server([&garbage](const Words&) { return garbage; });
        Host host;
        Loaded cache(host, single(server, R"(,"timeout_ms":300)"));
        (void)cache.get({"a"}, 100);
        CHECK(eventually([&] { return cache.get({"a"}, 100).status == SLUICE_E_UNAVAILABLE; }));
        CHECK(host.logged("is away") == 1);
        CHECK_THAT(cache->status(), Contains(R"("healthy":false)"));
    }
}

TEST_CASE("An answer too many, and a connection that breaks in the middle of one") {
    std::atomic<int> rude{0};
    FakeServer server([&rude](const Words& words) {
        if (words[0] == "GET" && rude == 1) return std::string("$-1\r\n:1\r\n+more\r\n+more\r\n");
        if (words[0] == "GET" && rude == 2) return std::string("close");
        return common(words);
    });
    Host host;
    Loaded cache(host, single(server));
    for (const int kind : {1, 2}) {
        REQUIRE(cache.getUntil("a", SLUICE_OK, "(none)").status == SLUICE_OK);
        rude = kind;
        (void)cache.get({"a"});
        REQUIRE(eventually([&] { return host.logged("is away") == static_cast<size_t>(kind); }));
        rude = 0;
    }
    CHECK(host.logged("answers what nobody asked") == 1);
    CHECK(host.logged("closed the connection") == 1);
}

TEST_CASE("A refused login is a clear error without the password") {
    for (const char* error :
         {"-WRONGPASS invalid username-password pair\r\n",
          "-ERR unknown command 'AUTH', with args beginning with: 'hunter2'\r\n", "-hunter2\r\n"}) {
        FakeServer server([error](const Words& words) {
            return words[0] == "AUTH" ? std::string(error)
                                      : std::string("-NOAUTH Authentication required.\r\n");
        });
        Host host;
        Loaded cache(host, single(server, R"(,"username":"joe","password":"hunter2")"));
        CHECK(cache.getUntil("a", SLUICE_E_UNAVAILABLE, "(none)").status == SLUICE_E_UNAVAILABLE);
        CHECK(host.logged("refuses the username or the password") == 1);
        CHECK(host.logged("hunter2") == 0);
        CHECK_THAT(cache->status(), Contains("refuses the username or the password") && !Contains("hunter2"));
    }
}

TEST_CASE("Errors of commands: said once, with their code alone") {
    FakeServer server([](const Words& words) {
        if (words[0] == "SET") return std::string("-OOM command not allowed, value=hunter2\r\n");
        if (words[0] == "GET") return std::string("-NOPERM no\r\n");
        return common(words);
    });
    Host host;
    Loaded cache(host, single(server));
    for (int i = 0; i < 5; ++i) {
        CHECK(cache->put("a", "hunter2", 1000) == SLUICE_OK);
        CHECK(cache.get({"a"}).value() == "(none)");
    }
    CHECK(eventually([&] { return host.metric("sluice_cache_redis_writes_total refused") == 5; }));
    CHECK(host.logged("refuses to keep entries (OOM)") == 1);
    CHECK(host.logged("refuses to give entries (NOPERM)") == 1);
    CHECK(host.logged("hunter2") == 0);
    CHECK(host.metric("sluice_cache_redis_reads_total refused") == 5);
}

TEST_CASE("The queue is bounded, and what is dropped is counted") {
    std::atomic<bool> mute{false};
    FakeServer server([&mute](const Words& words) { return mute ? std::string() : common(words); });
    Host host;
    Loaded cache(host, single(server, R"(,"max_queue_bytes":1048576,"max_entry_bytes":500000)"));
    REQUIRE(cache.get({"a"}).status == SLUICE_OK);
    mute = true;
    const std::string large(400'000, 'x');
    CHECK(cache->put("a", large, 1000) == SLUICE_OK);
    CHECK(cache->put("b", large, 1000) == SLUICE_OK);
    CHECK(cache->put("c", large, 1000) == SLUICE_E_LIMIT);
    CHECK(host.metric("sluice_cache_redis_writes_total full") == 1);
    CHECK(cache->put("c", std::string(500'001, 'x'), 1000) == SLUICE_E_INVALID);
    CHECK(cache->put("", "x", 1000) == SLUICE_E_INVALID);
    CHECK(cache->put(std::string(513, 'k'), "x", 1000) == SLUICE_E_INVALID);
    for (const char* key : {"a b", "a\n", "\xc3\xa4"}) CHECK(cache->put(key, "x", 1000) == SLUICE_E_INVALID);
    CHECK(cache->put("c", "x", 0) == SLUICE_E_INVALID);
    CHECK(cache.get({""}).status == SLUICE_E_INVALID);
    // What waited too long is dropped as well, and the queue is empty again.
    CHECK(eventually([&] {
        return host.metric("sluice_cache_redis_writes_total late") +
                   host.metric("sluice_cache_redis_writes_total away") ==
               2;
    }));
    CHECK(host.metric("sluice_cache_redis_queue_bytes") == 0);
}

TEST_CASE("What comes before anybody knows where keys are stays in order") {
    FakeServer* self = nullptr;
    FakeServer server([&](const Words& words) {
        if (words[0] != "CLUSTER") return common(words);
        pause(60);
        return slots({{0, 16383, self->port()}});
    });
    self = &server;
    Host host;
    Loaded cache(host, cluster(server));
    std::vector<std::string> put, kept;
    for (int i = 0; i < 150; ++i) {
        put.push_back(std::to_string(i));
        REQUIRE(cache->put("k", put.back(), 60'000) == SLUICE_OK);
        pause(1);
    }
    CHECK(eventually([&] { return host.metric("sluice_cache_redis_queue_bytes") == 0; }));
    const std::string set = "SET " + kPrefix + "k ";
    for (const auto& line : server.heard()) {
        if (line.rfind(set, 0) == 0)
            kept.push_back(line.substr(set.size(), line.find(' ', set.size()) - set.size()));
    }
    CHECK(kept == put);
}

TEST_CASE("MOVED: followed, remembered, and the map is asked for again") {
    FakeServer second([](const Words& words) { return words[0] == "GET" ? bulk("there") : common(words); });
    FakeServer* self = nullptr;
    FakeServer first([&](const Words& words) {
        if (words[0] == "CLUSTER") return slots({{0, 16383, self->port()}});
        if (words[0] == "GET" || words[0] == "PTTL") return at("MOVED", "k", second.port());
        return common(words);
    });
    self = &first;
    Host host;
    Loaded cache(host, cluster(first));
    CHECK(cache.get({"k"}).value() == "there");
    CHECK(second.heard("GET sluice-cache:k") == 1);
    CHECK(second.heard("ASKING") == 0);
    CHECK(eventually([&] { return first.heard("CLUSTER SLOTS") + second.heard("CLUSTER SLOTS") >= 2; }));
    CHECK(host.metric("sluice_cache_redis_redirects_total moved") >= 1);
}

TEST_CASE("ASK: followed with ASKING before each command, and not remembered") {
    FakeServer second([](const Words& words) { return words[0] == "GET" ? bulk("there") : common(words); });
    FakeServer* self = nullptr;
    FakeServer first([&](const Words& words) {
        if (words[0] == "CLUSTER") return slots({{0, 16383, self->port()}});
        if (words[0] == "GET" || words[0] == "PTTL") return at("ASK", "k", second.port());
        return common(words);
    });
    self = &first;
    Host host;
    Loaded cache(host, cluster(first));
    for (size_t i = 1; i <= 2; ++i) {
        CHECK(cache.get({"k"}).value() == "there");
        CHECK(first.heard("GET sluice-cache:k") == i);
        CHECK(second.heard("ASKING") == 2 * i);
    }
}

TEST_CASE("Servers that send each other's keys in a circle end in an error") {
    FakeServer *one = nullptr, *two = nullptr;
    const auto answer = [&](const Words& words, const FakeServer* other) {
        if (words[0] == "CLUSTER") return slots({{0, 16383, one->port()}});
        if (words[0] == "GET" || words[0] == "PTTL") return at("MOVED", "k", other->port());
        return common(words);
    };
    FakeServer first([&](const Words& words) { return answer(words, two); });
    FakeServer second([&](const Words& words) { return answer(words, one); });
    one = &first;
    two = &second;
    Host host;
    Loaded cache(host, cluster(first));
    CHECK(cache.get({"k"}).status == SLUICE_E_UNAVAILABLE);
    CHECK(first.heard("GET sluice-cache:k") + second.heard("GET sluice-cache:k") <= 20);
}

TEST_CASE("A server that is in no cluster, and sentinels that know no such master, are told") {
    FakeServer server([](const Words& words) {
        if (words[0] == "CLUSTER") return std::string("-ERR This instance has cluster support disabled\r\n");
        if (words[0] == "SENTINEL") return std::string("*-1\r\n");
        return common(words);
    });
    const std::string port = std::to_string(server.port());
    Host host;
    Loaded lone(host, cluster(server));
    CHECK(lone.getUntil("a", SLUICE_E_UNAVAILABLE, "(none)").status == SLUICE_E_UNAVAILABLE);
    CHECK(host.logged("has no map of a cluster (ERR)") == 1);
    Loaded strange(host, R"({"sentinel_nodes":[["127.0.0.1",)" + port + R"(]],"service_name":"other"})");
    CHECK(strange.getUntil("a", SLUICE_E_UNAVAILABLE, "(none)").status == SLUICE_E_UNAVAILABLE);
    CHECK(host.logged("knows no master other") == 1);
    CHECK_THAT(strange->status(), Contains("knows no master other"));
}
