// The plugin as a whole: filters one after the other, hostile requests, the manifest.
#include "plugin.h"

#include <catch2/catch.hpp>

#include "support.h"

using namespace router_filters;
using namespace router_filters::tests;

namespace {

const char* const kAll =
    R"({"enable_tag_filtering":true,"enable_pre_call_checks":true,"deployment_max_budget":1,
    "tag_budget_config":{"t":{"max_budget":1,"budget_duration":"1d"}},
    "provider_budget_config":{"openai":{"budget_limit":1,"time_period":"1d"}},
    "optional_pre_call_checks":["prompt_caching","session_affinity","deployment_affinity"]})";

}  // namespace

TEST_CASE("the entry has the hooks and the state, and a manifest of JSON") {
    const sluice_entry& entry = *sluice_plugin_entry_v1();
    const auto manifest = sluice::view(entry.describe());
    CHECK(sluice::isJson(manifest));
    const sluice::JsonObject object(manifest);
    CHECK(object.textOf("id") == "router_filters");
    const sluice::JsonObject activated(object.member("activated_by").value_or(""));
    const sluice::JsonObject schema(object.member("config_schema").value_or(""));
    const sluice::JsonObject properties(schema.member("properties").value_or(""));
    // Each key of the gateway's configuration becomes one that the schema knows.
    for (const auto path : activated.names()) CHECK(properties.member(activated.textOf(path)));
    CHECK(activated.names().size() == 8);
    CHECK(entry.get_interface(sluice::str(SLUICE_STATE_ID)));
    FakeHost host;
    auto plugin = host.load(entry, R"({"enable_tag_filtering":true})");
    FakeCandidates given{deployment("a", R"({"tags":["free"]})"), deployment("b")};
    auto request = host.request(R"({"tags":["free"]})");
    CHECK(plugin.route(request, given).continued());
    CHECK(left(given, 2) == "a");
}

TEST_CASE("filters narrow what the ones before them left") {
    FakeHost host;
    auto plugin = host.load<Plugin>(kAll);
    auto a = deployment("a", R"({"tags":["t"],"region_name":"eu"})");
    auto b =
        deployment("b", R"({"tags":["t"],"region_name":"eu"})", R"({"supports_function_calling":false})");
    auto c = deployment("c", R"({"tags":["t"],"region_name":"us"})");
    auto d = deployment("d", R"({"tags":["u"],"region_name":"eu"})");
    auto e = deployment("e", R"({"tags":["t"],"region_name":"eu"})");
    auto f = deployment("f", R"({"tags":["t"],"region_name":"eu","max_budget":0})");
    auto g = deployment("g", R"({"tags":["t"],"region_name":"eu"})");
    e.max_input_tokens = 10;
    g.rpm = 1;
    g.requests_this_minute = 1;
    FakeCandidates given{a, b, c, d, e, f, g};
    auto request =
        host.request(R"({"tags":["t"],"allowed_model_region":"eu","tools":[{}],"messages":[{"content":")" +
                     std::string(100, 'x') + "\"}]}");
    CHECK(plugin.route(request, given).continued());
    CHECK(left(given, 7) == "a");
    const char* const reasons[] = {"",
                                   "it does not take tools (supports_function_calling)",
                                   "it is not in an allowed region",
                                   "its tags do not fit",
                                   "its context window of 10 tokens is too small",
                                   "the budget of the deployment f is spent",
                                   "over its rpm in this minute"};
    for (uint32_t i = 0; i < 7; ++i) CHECK(given.dropReason(i) == reasons[i]);
}

TEST_CASE("hostile bodies end in a verdict") {
    FakeHost host;
    auto plugin = host.load<Plugin>(kAll);
    const std::string deep = std::string(20'000, '[') + std::string(20'000, ']');
    const std::string values[] = {"null",        "true",           "0",
                                  "-1e308",      "\"\"",           "[]",
                                  "{}",          "[null]",         "{\"type\":1}",
                                  deep,          "[" + deep + "]", "[[[{\"type\":[{\"type\":\"image\"}]}]]]",
                                  "\"\\ud800\"", "[1,{\"a\":[2"};
    const char* const names[] = {"messages",
                                 "tools",
                                 "functions",
                                 "tags",
                                 "metadata",
                                 "litellm_metadata",
                                 "input",
                                 "prompt",
                                 "system",
                                 "instructions",
                                 "response_format",
                                 "text",
                                 "allowed_model_region",
                                 "model"};
    size_t verdicts = 0;
    for (const char* name : names) {
        for (const auto& value : values) {
            INFO(name << " " << value.substr(0, 40));
            auto small = deployment("a", R"({"tags":["t"]})", R"({"supports_vision":false})");
            small.max_input_tokens = 10;
            FakeCandidates given{small, deployment("b", R"({"tag_regex":["x"]})")};
            auto request =
                host.request(std::string("{\"") + name + "\":" + value + "}").withAttribute("tags", value);
            const auto outcome = plugin.route(request, given);
            CHECK((outcome.continued() || outcome.blocked()));
            CHECK(plugin.onAttemptEnd(ended(request, "a", 0, SLUICE_ATTEMPT_OK, INT64_MAX, INT64_MAX))
                      .continued());
            ++verdicts;
        }
    }
    CHECK(verdicts == std::size(names) * std::size(values));
}

TEST_CASE("states end with their requests") {
    FakeHost host;
    auto plugin = host.load<Plugin>(kAll);
    {
        FakeCandidates given{deployment("a")};
        auto request = host.request("{}");
        CHECK(plugin.route(request, given).continued());
        CHECK(plugin.openStates() == 1);
    }
    CHECK(plugin.openStates() == 0);
}
