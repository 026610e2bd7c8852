// Budgets of providers, deployments and tags, from attempts to refusals.
#include "budgets.h"

#include <catch2/catch.hpp>

#include "support.h"

using namespace router_filters;
using namespace router_filters::tests;

namespace {

FakeCandidate priced(std::string id, std::string provider, std::string params = "{}") {
    auto candidate = deployment(std::move(id), std::move(params));
    candidate.provider = std::move(provider);
    candidate.input_cost = 0.001;
    candidate.output_cost = 0.002;
    return candidate;
}

// Routes, and ends an attempt at deployment `number` that cost 1,000 prompt and 500 completion tokens: 2
// dollars.
std::string spendOn(FakeHost& host, FakePlugin& plugin, uint32_t number, FakeCandidates& given, size_t count,
                    const std::string& body = "{}") {
    auto request = host.request(body);
    const auto outcome = plugin.route(request, given);
    if (outcome.blocked()) return "refused";
    const std::string ids = left(given, count);
    plugin.onAttemptEnd(ended(request, std::string(1, static_cast<char>('a' + number)), number,
                              SLUICE_ATTEMPT_OK, 1'000, 500));
    return ids;
}

}  // namespace

TEST_CASE("a provider that has spent its budget is left out until its window ends") {
    FakeHost host;
    auto plugin =
        host.load<Plugin>(R"({"provider_budget_config":{"openai":{"budget_limit":4,"time_period":"1h"}}})");
    const auto two = [] { return FakeCandidates{priced("a", "openai"), priced("b", "anthropic")}; };
    const auto route = [&](uint32_t number) {
        FakeCandidates given = two();
        return spendOn(host, plugin, number, given, 2);
    };
    CHECK(route(0) == "a b");
    CHECK(route(0) == "a b");  // 2 of 4
    CHECK(route(1) == "b");    // 4 of 4
    host.advance(3'599'000);
    CHECK(route(1) == "b");
    host.advance(1'000);
    CHECK(route(0) == "a b");
}

TEST_CASE("a deployment's own budget, whatever it is written with") {
    struct Case {
        const char* params;
        bool left;  // after 2 dollars
    };
    const Case cases[] = {
        {R"({"max_budget":2,"budget_duration":"1d"})", false},
        {R"({"max_budget":2.01,"budget_duration":"1d"})", true},
        {R"({"max_budget":"2","budget_duration":"1d"})", false},
        {R"({"max_budget":2})", false},
        {R"({"max_budget":3,"budget_duration":"soon"})", true},
        {R"({"max_budget":null})", true},
        {R"({})", true},
    };
    for (const auto& c : cases) {
        INFO(c.params);
        FakeHost host;
        auto plugin = host.load<Plugin>(R"({"deployment_max_budget":1})");
        for (const bool first : {true, false}) {
            FakeCandidates given{priced("a", "openai", c.params), priced("b", "openai")};
            CHECK(spendOn(host, plugin, 0, given, 2) == (first || c.left ? "a b" : "b"));
            if (!first && !c.left) CHECK(given.dropReason(0) == "the budget of the deployment a is spent");
        }
    }
    for (const char* params : {R"({"max_budget":0})", R"({"max_budget":-1})", R"({"max_budget":"much"})",
                               R"({"max_budget":[1]})"}) {
        INFO(params);
        FakeHost host;
        auto plugin = host.load<Plugin>(R"({"deployment_max_budget":1})");
        FakeCandidates given{priced("a", "openai", params), priced("b", "openai")};
        CHECK(spendOn(host, plugin, 1, given, 2) == "b");
        CHECK(host.logged("deployment a: litellm_params.max_budget") ==
              (std::string(params) != R"({"max_budget":0})"));
    }
}

TEST_CASE("all budgets spent is refused, without figures") {
    FakeHost host;
    auto plugin =
        host.load<Plugin>(R"({"provider_budget_config":{"openai":{"budget_limit":0,"time_period":"1d"}}})");
    FakeCandidates given{priced("a", "openai"), priced("b", "openai")};
    auto request = host.request(R"({"model":"gpt"})");
    REQUIRE(plugin.route(request, given).blocked());
    CHECK(request.blockStatus() == 429);
    CHECK(request.blockMessage() == "No deployments available - crossed budget. Passed model=gpt");
    CHECK(request.block().type == "budget_exceeded");
    CHECK(request.block().internal_reason == "the budget of the provider openai is spent");
}

TEST_CASE("budgets of tags count the requests with that tag") {
    FakeHost host;
    auto plugin =
        host.load<Plugin>(R"({"tag_budget_config":{"free":{"max_budget":3,"budget_duration":"1d"}}})");
    const auto route = [&](const std::string& body) {
        FakeCandidates given{priced("a", "openai")};
        return spendOn(host, plugin, 0, given, 1, body);
    };
    CHECK(route(R"({"tags":["free"]})") == "a");
    for (int i = 0; i < 5; ++i) CHECK(route(R"({"tags":["paid","!free"]})") == "a");
    CHECK(route(R"({"metadata":{"tags":["&free","x"]}})") == "a");
    CHECK(route(R"({"tags":["free","paid"]})") == "refused");
    CHECK(route(R"({"tags":["paid"]})") == "a");
    CHECK(route("{}") == "a");
}

TEST_CASE("attempts without figures, and of deployments that were no candidates, cost nothing") {
    FakeHost host;
    auto plugin =
        host.load<Plugin>(R"({"provider_budget_config":{"openai":{"budget_limit":1,"time_period":"1d"}}})");
    FakeCandidates given{priced("a", "openai")};
    auto request = host.request("{}");
    CHECK(plugin.route(request, given).continued());
    CHECK(plugin.onAttemptEnd(request).continued());
    CHECK(plugin.onAttemptEnd(ended(request, "other", 0, SLUICE_ATTEMPT_OK, 1'000'000, 1)).continued());
    CHECK(plugin.onAttemptEnd(ended(request, "a", 4'000'000, SLUICE_ATTEMPT_OK, 1'000'000, 1)).continued());
    CHECK(plugin.onAttemptEnd(ended(request, "a", 0, SLUICE_ATTEMPT_FAILED, -1, -1)).continued());
    CHECK(plugin.route(request, given).continued());
    // A failed attempt that was billed counts.
    CHECK(plugin.onAttemptEnd(ended(request, "a", 0, SLUICE_ATTEMPT_FAILED, 1'000, 0)).continued());
    CHECK(plugin.route(request, given).blocked());
}

TEST_CASE("spending survives a reload") {
    FakeHost host;
    const std::string config =
        R"({"provider_budget_config":{"openai":{"budget_limit":2,"time_period":"1d"}}})";
    auto old = host.load<Plugin>(config);
    FakeCandidates given{priced("a", "openai"), priced("b", "azure")};
    CHECK(spendOn(host, old, 0, given, 2) == "a b");
    auto fresh = host.load<Plugin>(config);
    REQUIRE(fresh.importState(old.exportState()));
    FakeCandidates again{priced("a", "openai"), priced("b", "azure")};
    CHECK(spendOn(host, fresh, 1, again, 2) == "b");
    CHECK_FALSE(fresh.importState("rubbish"));
}

TEST_CASE("a price that is not known is said once") {
    FakeHost host;
    auto plugin =
        host.load<Plugin>(R"({"provider_budget_config":{"openai":{"budget_limit":1,"time_period":"1d"}}})");
    for (int i = 0; i < 3; ++i) {
        FakeCandidates given{deployment("a")};
        auto request = host.request("{}");
        CHECK(plugin.route(request, given).continued());
    }
    CHECK(host.log.size() == 1);
    CHECK(host.logged("deployment a: its price is not known"));
}
