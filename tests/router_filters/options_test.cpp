// The configuration: what switches what on, and what is refused with the key's name.
#include "options.h"

#include <catch2/catch.hpp>

#include "accounts/duration.h"
#include "support.h"

using namespace router_filters;
using namespace router_filters::tests;

TEST_CASE("durations") {
    CHECK(accounts::durationMs("30s") == 30'000);
    CHECK(accounts::durationMs("30m") == 1'800'000);
    CHECK(accounts::durationMs("2h") == 7'200'000);
    CHECK(accounts::durationMs("1d") == 86'400'000);
    CHECK(accounts::durationMs("1w") == 604'800'000);
    CHECK(accounts::durationMs("1mo") == 2'592'000'000);
    CHECK(accounts::durationMs("999999999mo").value_or(0) > 0);
    for (const char* none :
         {"", "d", "1", "0d", "-1d", "1.5d", "1 d", "1y", "1dd", "1000000000s", "1mon", " 1d"}) {
        INFO(none);
        CHECK_FALSE(accounts::durationMs(none));
    }
}

TEST_CASE("an instance without a filter has no use for its hooks") {
    struct Case {
        const char* config;
        bool route, attempt;
    };
    const Case cases[] = {
        {R"({})", false, false},
        {R"({"enable_tag_filtering":false,"enable_pre_call_checks":false,"tag_filtering_match_any":true})",
         false, false},
        {R"({"optional_pre_call_checks":["router_budget_limiting","responses_api_deployment_check"]})", false,
         false},
        {R"({"deployment_affinity_ttl_seconds":60})", false, false},
        {R"({"provider_budget_config":{},"tag_budget_config":{}})", false, false},
        {R"({"enable_tag_filtering":true})", true, false},
        {R"({"enable_pre_call_checks":true})", true, false},
        {R"({"deployment_max_budget":1})", true, true},
        {R"({"provider_budget_config":{"openai":{"budget_limit":1,"time_period":"1d"}}})", true, true},
        {R"({"tag_budget_config":{"a":{"max_budget":1,"budget_duration":"1d"}}})", true, true},
        {R"({"optional_pre_call_checks":["prompt_caching"]})", true, true},
        {R"({"optional_pre_call_checks":["session_affinity"]})", true, true},
        {R"({"optional_pre_call_checks":["deployment_affinity"]})", true, true},
    };
    for (const auto& c : cases) {
        INFO(c.config);
        FakeHost host;
        auto plugin = host.load<Plugin>(c.config);
        CHECK(plugin.as<Plugin>().wants("route") == c.route);
        CHECK(plugin.as<Plugin>().wants("on_attempt_end") == c.attempt);
        CHECK_FALSE(plugin.as<Plugin>().wants("pre_call"));
    }
}

TEST_CASE("a configuration that cannot be read is refused with its key") {
    struct Case {
        const char *config, *key;
    };
    const Case cases[] = {
        {R"([])", "the configuration"},
        {R"({"enable_tag_filtering":"yes"})", "enable_tag_filtering"},
        {R"({"enable_pre_call_checks":1})", "enable_pre_call_checks"},
        {R"({"provider_budget_config":[]})", "provider_budget_config"},
        {R"({"provider_budget_config":{"openai":5}})", "provider_budget_config.openai"},
        {R"({"provider_budget_config":{"openai":{"time_period":"1d"}}})",
         "provider_budget_config.openai.budget_limit"},
        {R"({"provider_budget_config":{"openai":{"budget_limit":-1,"time_period":"1d"}}})",
         "budget_limit: found less than 0"},
        {R"({"provider_budget_config":{"openai":{"budget_limit":1,"time_period":"soon"}}})",
         "openai.time_period"},
        {R"({"provider_budget_config":{"openai":{"budget_limit":1,"period":"1d"}}})", "openai.period"},
        {R"({"tag_budget_config":{"t":{"max_budget":1,"budget_duration":"1y"}}})",
         "tag_budget_config.t.budget_duration"},
        {R"({"optional_pre_call_checks":"prompt_caching"})", "optional_pre_call_checks"},
        {R"({"optional_pre_call_checks":[1]})", "optional_pre_call_checks[0]"},
        {R"({"deployment_affinity_ttl_seconds":0})", "deployment_affinity_ttl_seconds"},
    };
    for (const auto& c : cases) {
        INFO(c.config);
        FakeHost host;
        CHECK_THAT(host.refusal<Plugin>(c.config), Catch::Contains(c.key));
    }
    const Options both = readOptions(
        R"({"provider_budget_config":{"a":{"max_budget":2,"budget_duration":"1d"},"b":{"budget_limit":3}},
            "deployment_affinity_ttl_seconds":0.5})");
    CHECK(both.provider_budgets.at("a").limit == 2);
    CHECK(both.provider_budgets.at("a").duration_ms == 86'400'000);
    CHECK(both.provider_budgets.at("b").duration_ms == 0);
    CHECK(both.affinity_ttl_ms == 500);
}
