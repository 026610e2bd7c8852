// The plugin with a store, prices and counters of the test's.
#include <catch2/catch.hpp>

#include "fake_counters.h"
#include "fake_store.h"
#include "plugin.h"

using namespace sluice::testing;
using limits::Plugin;

namespace {

constexpr int64_t kPico = 1'000'000'000'000;

// A cent for each token of a prompt, two for each of an answer.
const sluice_prices kPrices{
    sizeof(sluice_prices), 0,
    [](sluice_instance*, sluice_str, uint64_t prompt, uint64_t completion) -> int64_t {
        return static_cast<int64_t>(prompt + 2 * completion) * (kPico / 100);
    }};

struct Gateway {
    explicit Gateway(const std::string& config = "{}") : counters(host), plugin(host.load<Plugin>(config)) {
        host.services[SLUICE_STORE_ID] = store.service();
        host.services[SLUICE_COUNTERS_ID] = counters.service();
        host.services[SLUICE_PRICES_ID] = {sizeof(sluice_service), 0, &kPrices, nullptr, sluice::str("p")};
    }
    Gateway& start() {
        REQUIRE(plugin.start().empty());
        return *this;
    }
    FakeRequest request(Identity who, const std::string& body = R"({"model":"gpt","max_tokens":10})") {
        return host.request(body).withIdentity(std::move(who));
    }
    // A request that is over at once. Empty if it passed, else the message.
    std::string ask(Identity who, int64_t pico = 0, uint64_t tokens = 0,
                    const std::string& body = R"({"model":"gpt","max_tokens":10})") {
        auto r = request(std::move(who), body);
        const auto outcome = plugin.preCall(r);
        const std::string said = outcome.continued() ? "" : r.block().message + outcome.reason();
        sluice_settlement sums{};
        sums.cost_pico_usd = pico;
        sums.prompt_tokens = tokens;
        sums.usage_known = tokens > 0;
        plugin.settle(r, sums);
        return said;
    }
    size_t passing(const Identity& who, size_t tries, int64_t pico = 0, uint64_t tokens = 0) {
        size_t passed = 0;
        for (size_t i = 0; i < tries; ++i) passed += ask(who, pico, tokens).empty() ? 1 : 0;
        return passed;
    }
    FakeStore store;
    FakeHost host;
    FakeCounters counters;
    FakePlugin plugin;
};

Identity key(const std::string& id) { return {id}; }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("requests a minute, and room again a minute later") {
    Gateway g;
    g.store.put("key", "k", R"({"rpm_limit":3})");
    g.start();
    CHECK(g.passing(key("k"), 5) == 3);
    CHECK(g.passing(key("other"), 5) == 5);
    const auto said = g.ask(key("k"));
    CHECK(has(said,
              "Rate limit exceeded for api_key: k. Limit type: requests. Current limit: 3, Remaining: 0."));
    CHECK(has(said, "Limit resets at: "));
    g.host.advance(66'000);
    CHECK(g.passing(key("k"), 5) == 3);
}

TEST_CASE("each scope has limits of its own, and all of them hold") {
    Gateway g;
    g.store.put("key", "k", R"({"rpm_limit":8})");
    g.store.put("user", "u", R"({"rpm_limit":7})");
    g.store.put(
        "team", "t",
        R"({"rpm_limit":6,"team_member_rpm_limit":5,"members_with_roles":[{"user_id":"boss","role":"admin","rpm_limit":2}]})");
    g.store.put("organization", "o", R"({"rpm_limit":4})");
    g.store.put("customer", "c", R"({"rpm_limit":3})");
    g.start();
    CHECK(g.passing({"k", "", "", "", ""}, 20) == 8);
    CHECK(g.passing({"x", "", "u", "", ""}, 20) == 7);
    CHECK(g.passing({"x", "", "u2", "t", ""}, 20) == 5);    // a member who is not listed
    CHECK(g.passing({"x", "", "boss", "t", ""}, 20) == 1);  // the team's sixth
    Identity in_organization{"x"};
    in_organization.organization = "o";
    CHECK(g.passing(in_organization, 20) == 4);
    CHECK(g.passing({"x", "", "", "", "c"}, 20) == 3);
}

TEST_CASE("of a model; a pattern; others are free") {
    Gateway g;
    g.store.put("key", "k", R"({"metadata":{"model_rpm_limit":{"gpt":2,"claude*":1}}})");
    g.start();
    CHECK(g.passing(key("k"), 5) == 2);
    const std::string claude = R"({"model":"claude-4"})";
    CHECK(g.ask(key("k"), 0, 0, claude).empty());
    CHECK(has(g.ask(key("k"), 0, 0, claude), "model_per_key: k:claude*"));
    CHECK(g.ask(key("k"), 0, 0, R"({"model":"other"})").empty());
}

TEST_CASE("places: taken while the request lasts, given back whatever ends it") {
    Gateway g;
    g.store.put("key", "k", R"({"max_parallel_requests":2})");
    g.start();
    {
        auto a = g.request(key("k")), b = g.request(key("k")), c = g.request(key("k"));
        CHECK(g.plugin.preCall(a).continued());
        CHECK(g.plugin.preCall(b).continued());
        CHECK(g.plugin.preCall(c).blocked());
        CHECK(has(c.block().message, "Limit type: max_parallel_requests. Current limit: 2"));
        c.withResponse(429, "{}");
        (void)g.plugin.onResponse(c);
        CHECK(c.responseHeader("retry-after") == "1");
        g.plugin.settle(a, {});
        auto d = g.request(key("k"));
        CHECK(g.plugin.preCall(d).continued());
    }  // b and d are never settled: an exception in the gateway
    CHECK(g.passing(key("k"), 5) == 5);
}

TEST_CASE("tokens: reserved by the estimate, counted by what was used") {
    Gateway g;
    g.store.put("key", "k", R"({"tpm_limit":1000})");
    g.start();
    CHECK(g.passing(key("k"), 20, 0, 100) == 10);
    g.host.advance(70'000);
    // At the same time: the estimate (11 tokens and one) is what counts.
    std::vector<FakeRequest> all;
    size_t passed = 0;
    for (int i = 0; i < 200; ++i) {
        all.push_back(g.request(key("k")));
        passed += g.plugin.preCall(all.back()).continued() ? 1 : 0;
    }
    CHECK(passed > 80);
    CHECK(passed < 110);
}

TEST_CASE("a large max_tokens does not lock its owner out: the expected figure is reserved") {
    Gateway g(R"({"output_estimate":50})");
    g.store.put("key", "k", R"({"tpm_limit":1000})");
    g.start();
    auto a = g.request(key("k"), R"({"model":"gpt","max_tokens":128000})");
    auto b = g.request(key("k"), R"({"model":"gpt","max_tokens":128000})");
    CHECK(g.plugin.preCall(a).continued());
    CHECK(g.plugin.preCall(b).continued());
}

TEST_CASE("a budget: begins with what the books say, ends exactly, names itself") {
    Gateway g;
    g.store.put("key", "k", R"({"max_budget":1.0,"budget_duration":"1d"})");
    g.store.answer = R"({"rows":[{"key_id":"k","spend_pico_usd":400000000000}]})";
    g.start();
    CHECK(g.passing(key("k"), 20, kPico / 10) == 6);
    const auto said = g.ask(key("k"));
    CHECK(has(said, "Budget has been exceeded! api_key: k. Current cost: 1.0, Max budget: 1.0. Resets at: "));
    REQUIRE(g.store.asked.size() == 1);  // asked once, not by every request
    CHECK(has(g.store.asked[0], R"("values":["k"])"));
    g.store.answer = R"({"rows":[]})";
    g.host.advance(86'400'000);
    CHECK(g.ask(key("k")).empty());
}

TEST_CASE("many at once on a fresh budget: what is reserved counts") {
    Gateway g;
    g.store.put("key", "k", R"({"max_budget":4.2})");  // 20 requests of 1 + 2 * 10 cents
    g.start();
    std::vector<FakeRequest> all;
    size_t passed = 0;
    for (int i = 0; i < 200; ++i) {
        all.push_back(g.request(key("k")));
        passed += g.plugin.preCall(all.back()).continued() ? 1 : 0;
    }
    CHECK(passed == 20);
    for (auto& one : all) {  // they were cheaper: the rest is free again
        sluice_settlement sums{};
        sums.cost_pico_usd = kPico / 100;
        g.plugin.settle(one, sums);
    }
    CHECK(g.passing(key("k"), 5, kPico / 100) == 5);
}

TEST_CASE("a budget of nothing is nothing, and one dear request is not refused by an empty one") {
    Gateway g;
    g.store.put("key", "none", R"({"max_budget":0})");
    g.store.put("key", "little", R"({"max_budget":0.01})");
    g.start();
    CHECK(has(g.ask(key("none")), "Max budget: 0.0"));
    CHECK(g.ask(key("little"), 5 * kPico).empty());
    CHECK(has(g.ask(key("little")), "Current cost: 5.0, Max budget: 0.01"));
}

TEST_CASE("a document of kind budget says what its users do not say; a change of it counts at once") {
    Gateway g;
    g.store.put("budget", "b", R"({"rpm_limit":2,"tpm_limit":100})");
    g.store.put("key", "k", R"({"budget_id":"b"})");
    g.store.put("key", "own", R"({"budget_id":"b","rpm_limit":4})");
    g.start();
    CHECK(g.passing(key("k"), 9) == 2);
    CHECK(g.passing(key("own"), 9) == 4);
    g.store.put("budget", "b", R"({"rpm_limit":7})");
    CHECK(g.passing(key("k"), 9) == 5);
    g.store.remove("budget", "b");
    CHECK(g.passing(key("k"), 9) == 9);
    g.store.put("key", "k", R"({})");
    CHECK(g.passing(key("k"), 9) == 9);
}

TEST_CASE("temporary increase; reset") {
    Gateway g;
    const auto until = std::to_string(g.host.wallMs() + 1000);
    g.store.put("key", "k",
                R"({"max_budget":1,"temp_budget_increase":1,"temp_budget_expiry":)" + until + "}");
    g.start();
    CHECK(g.passing(key("k"), 50, kPico / 10) == 20);
    g.host.advance(2000);
    CHECK(has(g.ask(key("k")), "Max budget: 1.0"));
    g.store.put(
        "key", "k",
        R"({"max_budget":1,"spend_base_usd":0.5,"spend_from":)" + std::to_string(g.host.wallMs()) + "}");
    CHECK(g.passing(key("k"), 50, kPico / 10) == 5);
}

TEST_CASE("by default, by tag, for everybody") {
    Gateway g(
        R"({"defaults":{"key":{"rpm_limit":2},"customer":{"rpm_limit":3}},"tags":{"batch":{"rpm_limit":1}},
                  "global_max_parallel_requests":1})");
    g.store.put("key", "own", R"({"rpm_limit":5})");
    g.start();
    CHECK(g.passing(key("a"), 9) == 2);
    CHECK(g.passing(key("b"), 9) == 2);
    CHECK(g.passing(key("own"), 9) == 5);
    CHECK(g.passing({"", "", "", "", "c"}, 9) == 3);
    auto tagged = g.request({}).withAttribute("tags", R"(["batch","x"])");
    CHECK(g.plugin.preCall(tagged).continued());
    auto other = g.request({});
    CHECK(g.plugin.preCall(other).blocked());
    CHECK(has(other.block().message, "proxy: all. Limit type: max_parallel_requests"));
    g.plugin.settle(tagged, {});
    auto again = g.request({}).withAttribute("tags", R"(["batch"])");
    CHECK(g.plugin.preCall(again).blocked());
    CHECK(has(again.block().message, "tag: batch"));
}

TEST_CASE("the master key is free, but for what holds for all") {
    Gateway g(R"({"max_budget":1,"defaults":{"key":{"rpm_limit":1}}})");
    g.start();
    Identity admin{"k"};
    admin.admin = true;
    CHECK(g.passing(admin, 9, kPico / 5) == 5);
}

TEST_CASE("what cannot be understood lets nothing through, and the log says why") {
    Gateway g;
    g.store.put("key", "k", R"({"rpm_limit":"many"})");
    g.start();
    CHECK_FALSE(g.ask(key("k")).empty());
    CHECK(g.host.logged("rpm_limit: expected a number from 0"));
    g.store.put("key", "k", R"({"rpm_limit":null})");
    CHECK(g.ask(key("k")).empty());
}

TEST_CASE("the books are away: budgets go on with what was counted here, and are put right") {
    Gateway g(R"({"refresh_ms":100})");
    g.store.put("key", "k", R"({"max_budget":1})");
    g.store.report_status = SLUICE_E_UNAVAILABLE;
    g.start();
    CHECK(g.passing(key("k"), 3, kPico / 10) == 3);
    g.store.report_status = SLUICE_OK;
    g.store.answer = R"({"rows":[{"spend_pico_usd":900000000000}]})";
    g.host.advance(200);
    CHECK(g.passing(key("k"), 9, kPico / 10) == 1);
}

TEST_CASE("what clients are told") {
    Gateway g;
    g.store.put("key", "k", R"({"rpm_limit":3,"tpm_limit":500,"max_budget":2})");
    g.store.put("team", "t", R"({"rpm_limit":50})");
    g.start();
    auto r = g.request({"k", "", "", "t", ""});
    REQUIRE(g.plugin.preCall(r).continued());
    r.withResponse(200, "{}");
    (void)g.plugin.onResponse(r);
    CHECK(r.responseHeader("x-ratelimit-limit-requests") == "3");
    CHECK(r.responseHeader("x-ratelimit-remaining-requests") == "2");
    CHECK(r.responseHeader("x-ratelimit-limit-tokens") == "500");
    CHECK(r.responseHeader("x-ratelimit-api_key-remaining-requests") == "2");
    CHECK(r.responseHeader("x-ratelimit-team-limit-requests") == "50");
    CHECK(r.responseHeader("x-litellm-key-rpm-limit") == "3");
    CHECK(r.responseHeader("x-litellm-key-max-budget") == "2.0");
    CHECK(r.responseHeader("x-litellm-key-spend") == "0.0");
    g.plugin.settle(r, {});
    CHECK(g.passing(key("k"), 5) == 2);
    auto full = g.request(key("k"));
    REQUIRE(g.plugin.preCall(full).blocked());
    CHECK(full.block().status == 429);
    full.withResponse(429, "{}");
    (void)g.plugin.onResponse(full);
    CHECK(full.responseHeader("rate_limit_type") == "requests");
    const auto retry = full.responseHeader("retry-after");
    REQUIRE(retry);
    CHECK(std::stoi(*retry) >= 55);
    CHECK(std::stoi(*retry) <= 65);
}

TEST_CASE("a soft budget: one warning a period") {
    Gateway g;
    g.store.put("key", "k", R"({"soft_budget":0.1,"budget_duration":"1d"})");
    g.start();
    CHECK(g.passing(key("k"), 9, kPico / 20) == 9);
    size_t warnings = 0;
    for (const auto& line : g.host.log) warnings += has(line.text, "soft budget passed") ? 1 : 0;
    CHECK(warnings == 1);
    CHECK(g.host.metric("sluice_limits_soft_budget_total", {"api_key"}) == 1);
}

TEST_CASE("a configuration that is wrong: where, what, and what is allowed") {
    FakeHost host;
    CHECK(has(host.refusal<Plugin>(R"({"defaults":{"key":{"rpm":1}}})"),
              "defaults.key.rpm: not known; allowed are rpm_limit"));
    CHECK(has(host.refusal<Plugin>(R"({"defaults":{"keys":{}}})"), "defaults.keys: not known"));
    CHECK(
        has(host.refusal<Plugin>(R"({"tags":{"x":{"max_budget":-1}}})"), "tags.x.max_budget: expected USD"));
    CHECK(has(host.refusal<Plugin>(R"({"timezone":"Nowhere"})"), "timezone: found \"Nowhere\""));
}
