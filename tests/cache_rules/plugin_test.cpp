// The plugin in the fake host: who shares with whom, what is kept, and what a failing layer costs.
#include <map>
#include <string>

#include <catch2/catch.hpp>
#include <sluice/testing/fake_host.hpp>

#include "plugin.h"

using namespace sluice::testing;

namespace {

// A layer of the test's own.
struct Layer {
    Layer() {
        table.size = sizeof table;
        table.get = [](sluice_instance* self, sluice_ctx*, const sluice_str* keys, size_t count, uint32_t wait_ms,
                       void* sink, void (*take)(void*, size_t, const sluice_cache_entry*)) -> sluice_status {
            auto& me = of(self);
            ++me.gets;
            me.wait_ms = wait_ms;
            if (me.away) return SLUICE_E_UNAVAILABLE;
            for (size_t i = 0; i < count; ++i) {
                const auto found = me.kept.find(sluice::view(keys[i]));
                if (found == me.kept.end()) continue;
                const sluice_cache_entry entry{sizeof entry, 0, sluice::str(found->second), 1000};
                take(sink, i, &entry);
            }
            return SLUICE_OK;
        };
        table.put = [](sluice_instance* self, sluice_str key, sluice_str value,
                       int64_t ttl_ms) -> sluice_status {
            auto& me = of(self);
            me.kept[std::string(sluice::view(key))] = sluice::view(value);
            me.ttl_ms = ttl_ms;
            return SLUICE_OK;
        };
    }
    static Layer& of(sluice_instance* self) { return *reinterpret_cast<Layer*>(self); }
    sluice_service service() {
        return {sizeof(sluice_service), 0, &table, reinterpret_cast<sluice_instance*>(this),
                sluice::str(id)};
    }
    std::map<std::string, std::string, std::less<>> kept;
    std::string id = "layer";
    size_t gets = 0;
    uint32_t wait_ms = 0;  // of the last get
    bool away = false;
    int64_t ttl_ms = 0;
    sluice_cache table{};
};

const char* const kBody = R"({"model":"gpt","messages":[{"role":"user","content":"hello"}]})";
const char* const kAnswer =
    R"({"choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]})";

struct Gateway {
    explicit Gateway(const std::string& config = "{}", const std::string& layer_id = "layer")
        : plugin(host.load<cache::Plugin>(config)) {
        layer.id = layer_id;
        host.services[SLUICE_CACHE_ID] = layer.service();
        REQUIRE(plugin.start().empty());
    }
    FakeRequest request(const std::string& body = kBody, Identity who = {"k1"}) {
        return host.request(body).withRoute("chat").withIdentity(std::move(who));
    }
    void answer(const FakeRequest& r, std::string_view body = kAnswer, uint32_t fallbacks = 0,
                bool stream = false) {
        sluice_answer a{};
        a.http_status = 200;
        a.content_type = sluice::str(stream ? "text/event-stream" : "application/json");
        a.body = sluice::str(body);
        a.stream = stream ? 1 : 0;
        a.fallbacks = fallbacks;
        a.prompt_tokens = 5;
        a.completion_tokens = 7;
        a.cost_pico_usd = 99;
        plugin.answer(r, a);
        settle(r, 200);
    }
    void settle(const FakeRequest& r, uint32_t status) {
        sluice_settlement sums{};
        sums.http_status = status;
        plugin.settle(r, sums);
    }
    // What came of one request: its answer out of the cache, or nothing.
    std::string ask(FakeRequest r) {
        if (!plugin.preCall(r).continued()) return "refused: " + r.block().message;
        const bool hit = plugin.cacheLookup(r).responded();
        if (!hit && r.keepAnswerMax() > 0) answer(r);
        if (!hit) settle(r, 200);
        const std::string said = hit ? r.reply().body : "";
        r.end();
        return said;
    }
    FakeHost host;
    Layer layer;
    FakePlugin plugin;
};

}  // namespace

TEST_CASE("an answer is kept and given again, with where it is from") {
    Gateway g;
    CHECK(g.ask(g.request()).empty());
    CHECK(g.layer.ttl_ms == 600'000);
    auto r = g.request();
    CHECK(g.plugin.cacheLookup(r).responded());
    CHECK(r.reply().body == kAnswer);
    CHECK(r.reply().content_type == "application/json");
    CHECK((r.cached().set && r.cached().key.size() == 64 && r.cached().saved_pico_usd == 99));
    CHECK((r.cached().prompt_tokens == 5 && r.cached().completion_tokens == 7));
    (void)g.plugin.onResponse(r);
    CHECK(r.responseHeader("x-litellm-cache-key") == r.cached().key);
    CHECK(r.responseHeader("x-litellm-cache-hit") == "True");
    CHECK(r.responseHeader("age") == "0");
}

TEST_CASE("nobody gets another tenant's answer") {
    for (const char* share : {"tenant", "key", "user", "team", "organization"}) {
        INFO(share);
        Gateway g(std::string(R"({"share":")") + share + "\"}");
        Identity a{"k1", "t1", "u1", "m1"}, b{"k2", "t2", "u2", "m2"}, nobody{"k3"}, other{"k4"};
        a.organization = "o1";
        b.organization = "o2";
        CHECK(g.ask(g.request(kBody, a)).empty());
        CHECK(g.ask(g.request(kBody, b)).empty());
        CHECK(g.ask(g.request(kBody, nobody)).empty());  // without an id of that kind: for the key alone
        CHECK(g.ask(g.request(kBody, other)).empty());
        CHECK(g.ask(g.request(kBody, a)) == kAnswer);
        CHECK(g.ask(g.request(kBody, nobody)) == kAnswer);
    }
    Gateway all(R"({"share":"all"})");
    CHECK(all.ask(all.request(kBody, {"k1"})).empty());
    CHECK(all.ask(all.request(kBody, {"k2"})) == kAnswer);
}

TEST_CASE("controls: no-cache, no-store, ttl, s-maxage, namespace, use-cache") {
    Gateway g;
    const auto with = [](const std::string& cache) {
        return R"({"model":"gpt","messages":[{"role":"user","content":"hello"}],"cache":)" + cache + "}";
    };
    CHECK(g.ask(g.request(with(R"({"no-store":true})"))).empty());
    CHECK(g.layer.kept.empty());
    CHECK(g.ask(g.request(with(R"({"ttl":5})"))).empty());
    CHECK(g.layer.ttl_ms == 5000);
    CHECK(g.ask(g.request(with(R"({"no-cache":true})"))).empty());
    CHECK(g.ask(g.request(with("{}"))) == kAnswer);
    CHECK(g.ask(g.request(with(R"({"namespace":"n"})"))).empty());
    CHECK(g.layer.kept.rbegin()->first.substr(0, 2) == "n:");
    CHECK(g.ask(g.request(with(R"({"tll":5})"))).substr(0, 7) == "refused");
    auto r = g.request(with(R"({"ttl":5})"));
    (void)g.plugin.preCall(r);
    CHECK(r.member("cache").empty());  // no provider knows it

    Gateway off(R"({"mode":"default_off"})");
    CHECK(off.ask(off.request()).empty());
    CHECK(off.layer.gets == 0);
    CHECK(off.ask(off.request(with(R"({"use-cache":true})"))).empty());
    CHECK(off.ask(off.request(with(R"({"use-cache":true})"))) == kAnswer);
}

TEST_CASE("the other form is made of the one that was kept") {
    Gateway g;
    CHECK(g.ask(g.request()).empty());
    auto r = g.request().withStream();
    CHECK(g.plugin.cacheLookup(r).responded());
    CHECK(r.reply().content_type == "text/event-stream; charset=utf-8");
    CHECK(r.reply().body.find("\"content\":\"hi\"") != std::string::npos);
    CHECK(r.reply().body.find("data: [DONE]\n\n") != std::string::npos);
}

TEST_CASE("an answer of a fallback is not kept, unless that is wanted") {
    Gateway g;
    auto r = g.request();
    (void)g.plugin.cacheLookup(r);
    g.answer(r, kAnswer, 1);
    r.end();
    CHECK(g.layer.kept.empty());
    Gateway wants(R"({"store_fallbacks":true})");
    auto s = wants.request();
    (void)wants.plugin.cacheLookup(s);
    wants.answer(s, kAnswer, 1);
    s.end();
    CHECK(wants.layer.kept.size() == 1);
}

TEST_CASE("bytes that are no entry are a miss") {
    Gateway g(R"({"single_flight":false})");
    CHECK(g.ask(g.request()).empty());
    for (auto& [key, value] : g.layer.kept) value = "rubbish";
    CHECK(g.ask(g.request()).empty());
    CHECK(g.ask(g.request()) == kAnswer);
}

TEST_CASE("a layer that fails is left alone for a while") {
    Gateway g;
    g.layer.away = true;
    for (int i = 0; i < 20; ++i)
        CHECK(g.ask(g.request("{\"model\":\"gpt\",\"n\":" + std::to_string(i) + "}")).empty());
    CHECK(g.layer.gets == 5);
}

TEST_CASE("an object store may cost more than a layer that is near") {
    const auto waits = [](const std::string& config, const std::string& id) {
        Gateway g(config, id);
        (void)g.ask(g.request());
        return g.layer.wait_ms;
    };
    CHECK(waits("{}", "cache_redis") == 20);
    CHECK(waits("{}", "cache_s3") == 300);
    CHECK(waits("{}", "cache_s3_far") == 300);
    CHECK(waits(R"({"wait_ms":50})", "cache_s3") == 50);
    CHECK(waits(R"({"params":{"wait_ms":70}})", "cache_redis") == 70);
}

TEST_CASE("an index in Redis is refused with the path of what is wrong") {
    FakeHost host;
    const auto fault = [&](const std::string& config) -> std::string {
        try {
            (void)host.load<cache::Plugin>(config);
        } catch (const std::exception& e) {
            return e.what();
        }
        return "none";
    };
    const auto has = [&](const std::string& config, const std::string& words) {
        INFO(config << " -> " << fault(config));
        CHECK(fault(config).find(words) != std::string::npos);
    };
    has(R"({"semantic":{"redis":{"db":3}}})", "semantic.redis.db: found 3; allowed: 0");
    has(R"({"semantic":{"redis":{"prefix":"x"}}})", "semantic.redis.prefix: unknown");
    has(R"({"semantic":{"redis":{"url":"http://x:s3cret@h"}}})", "semantic.redis.url");
    CHECK(fault(R"({"semantic":{"redis":{"url":"http://x:s3cret@h"}}})").find("s3cret") == std::string::npos);
    has(R"({"semantic":{"redis":7}})", "semantic.redis: allowed");
    has(R"({"semantic":{"redis":{},"redis_index":"a}|{b"}})", "semantic.redis_index");
    has(R"({"semantic":{"redis":{},"redis_index":""}})", "semantic.redis_index");
    has(R"({"semantic":{"redis":{},"redis_timeout_ms":0}})", "redis_timeout_ms");
    has(R"({"semantic":{"redis":{},"qdrant_url":"http://q"}})", "semantic.redis: found with qdrant_url");
    has(R"({"semantic":{"redis":{},"index_path":"i.bin"}})", "semantic.index_path");
    has(R"({"params":{"type":"redis-semantic","host":"h","db":1}})", "params.db: found 1");
    has(R"({"params":{"type":"valkey-semantic","port":"x"}})", "params.port");
}

TEST_CASE("what it refuses to be configured with") {
    FakeHost host;
    for (const char* config : {R"({"ttl":0})", R"({"ttl":"x"})", R"({"supported_call_types":["video"]})"}) {
        INFO(config);
        CHECK_THROWS(host.load<cache::Plugin>(config));
    }
    auto plugin = host.load<cache::Plugin>("{}");
    CHECK(plugin.start().find("backends") != std::string::npos);  // nobody keeps anything
    CHECK_NOTHROW(host.load<cache::Plugin>(
        R"({"params":{"type":"redis","ttl":60,"host":"h","supported_call_types":["acompletion"]}})"));
}
