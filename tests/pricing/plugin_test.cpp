// The plugin in the fake host: whose figure counts, what is booked, what the client is told.
#include "plugin.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include <sluice/testing/fake_host.hpp>

using namespace pricing;
using sluice::testing::FakeCandidates;
using sluice::testing::FakeHost;
using sluice::testing::FakePlugin;
using sluice::testing::FakeRequest;

namespace {

FakeRequest attempt(FakeHost& host, const char* provider, const char* model, int64_t prompt,
                    int64_t completion) {
    auto request = host.request();
    request.withAttempt("d1", provider, model);
    request.withFigure(SLUICE_ATTEMPT_PROMPT_TOKENS, prompt)
        .withFigure(SLUICE_ATTEMPT_COMPLETION_TOKENS, completion);
    return request;
}

int64_t booked(FakePlugin& plugin, const FakeRequest& request) {
    CHECK(plugin.onAttemptEnd(request).continued());
    return request.cost();
}

}  // namespace

TEST_CASE("the entry: every key that calls for the plugin is one of its own") {
    const sluice_entry& entry = *sluice_plugin_entry_v1();
    const sluice::JsonObject manifest(sluice::view(entry.describe()));
    REQUIRE(manifest.object());
    const sluice::JsonObject activated(manifest.member("activated_by").value_or(""));
    const sluice::JsonObject schema(manifest.member("config_schema").value_or(""));
    const sluice::JsonObject properties(schema.member("properties").value_or(""));
    for (const auto path : activated.names()) CHECK(properties.member(activated.textOf(path)));
}

TEST_CASE("the table, the deployment, the provider: the last one wins") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    auto request = attempt(host, "openai", "gpt-4o-2024-08-06", 1000, 500);
    CHECK(booked(plugin, request) == 7'500'000'000);
    FakeCandidates given{{"d1", -1, -1, -1, -1, 0, "openai", "gpt-4o",
                          R"({"input_cost_per_token":1e-06,"output_cost_per_token":0})"}};
    plugin.modelGroup("chat", given);
    CHECK(booked(plugin, request) == 1'000'000'000);
    request.withFigure(SLUICE_ATTEMPT_PROVIDER_COST, 77);
    CHECK(booked(plugin, request) == 77);
}

TEST_CASE("a free deployment is free, whatever the table says of its cache") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    auto request = attempt(host, "openai", "gpt-4o", 1000, 500);
    request.withFigure(SLUICE_ATTEMPT_CACHED_TOKENS, 900);
    FakeCandidates given{{"d1", -1, -1, -1, -1, 0, "openai", "gpt-4o", "{}",
                          R"({"input_cost_per_token":0,"output_cost_per_token":0.0})"}};
    plugin.modelGroup("chat", given);
    CHECK(booked(plugin, request) == 0);
}

TEST_CASE("Azure's deployments have names of their own") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    auto request = attempt(host, "azure", "my-deployment", 10, 0);
    FakeCandidates given{
        {"d1", -1, -1, -1, -1, 0, "azure", "my-deployment", "{}", R"({"base_model":"azure/gpt-4o-mini"})"}};
    plugin.modelGroup("chat", given);
    CHECK(booked(plugin, request) == 10 * 150'000);
}

TEST_CASE("prices of a deployment that are none: the table counts, and the log says so") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    auto request = attempt(host, "openai", "gpt-4o", 10, 0);
    FakeCandidates given{{"d1", -1, -1, -1, -1, 0, "openai", "gpt-4o",
                          R"({"cache_read_input_token_cost":-1,"input_cost_per_token":1})"}};
    plugin.modelGroup("chat", given);
    CHECK(booked(plugin, request) == 25'000'000);
    CHECK(host.logged("model group chat: litellm_params.cache_read_input_token_cost: found -1"));
}

TEST_CASE("what a request would cost: at the dearest deployment of its group, also behind a star") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    FakeCandidates chat{{"d1", -1, -1, -1, -1, 0, "openai", "gpt-4o-mini"},
                        {"d2", -1, -1, -1, -1, 0, "openai", "gpt-4o"},
                        {"d3", -1, -1, -1, -1, 0, "openai", "nobody-knows-it"}};
    FakeCandidates any{{"d4", -1, -1, -1, -1, 0, "openai", "*"}};
    plugin.modelGroup("chat", chat);
    plugin.modelGroup("openai/*", any);
    const auto service = plugin.service(SLUICE_PRICES_ID);
    const auto* prices = static_cast<const sluice_prices*>(service.table);
    REQUIRE(prices);
    const auto estimate = [&](std::string_view group) {
        return prices->estimate(service.owner, sluice::str(group), 1000, 500);
    };
    CHECK(estimate("chat") == 7'500'000'000);
    CHECK(estimate("openai/gpt-4o") == 7'500'000'000);
    CHECK(estimate("openai/nobody-knows-it") == -1);
    CHECK(estimate("other") == -1);
}

TEST_CASE("an unknown price: nothing is booked, one line a model, and a count") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    for (int i = 0; i < 3; ++i) CHECK(booked(plugin, attempt(host, "openai", "gpt-x", 10, 5)) == -1);
    CHECK(booked(plugin, attempt(host, "openai", "gpt-y", 10, 5)) == -1);
    CHECK(host.log.size() == 2);
    CHECK(host.logged("no price is known for openai/gpt-x"));
    CHECK(host.metric("sluice_pricing_unknown_total", {"openai"}) == 4);
}

TEST_CASE("no usage is no cost, and no unknown price") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    auto request = host.request();
    request.withAttempt("d1", "openai", "gpt-x");
    CHECK(booked(plugin, request) == -1);
    CHECK(host.log.empty());
}

TEST_CASE("the answer's head has the cost; streamed or not the same is booked") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    auto request = attempt(host, "openai", "gpt-4o", 1000, 500);
    request.withResponse(200, "{}");
    CHECK(plugin.onResponse(request).continued());
    CHECK(request.responseHeader("x-litellm-response-cost") == "0.0075");
    CHECK(booked(plugin, request) == 7'500'000'000);
    auto stream = host.request();  // its head goes out before anything is known
    stream.withAttempt("d1", "openai", "gpt-4o").withStream().withResponse(200, "");
    CHECK(plugin.onResponse(stream).continued());
    CHECK_FALSE(stream.responseHeader("x-litellm-response-cost"));
    stream.withFigure(SLUICE_ATTEMPT_PROMPT_TOKENS, 1000).withFigure(SLUICE_ATTEMPT_COMPLETION_TOKENS, 500);
    CHECK(booked(plugin, stream) == 7'500'000'000);
}

TEST_CASE("a second attempt: each is booked, the head has the sum") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    auto request = attempt(host, "openai", "gpt-4o", 1000, 0);
    CHECK(booked(plugin, request) == 2'500'000'000);
    request.withAttempt("d2", "openai", "gpt-4o-mini", 2);
    request.withFigure(SLUICE_ATTEMPT_PROMPT_TOKENS, 1000).withFigure(SLUICE_ATTEMPT_COMPLETION_TOKENS, 0);
    request.withResponse(200, "{}");
    CHECK(plugin.onResponse(request).continued());
    CHECK(request.responseHeader("x-litellm-response-cost") == "0.00265");
    CHECK(booked(plugin, request) == 150'000'000);
    CHECK(plugin.onResponse(request).continued());  // after the end it is not counted again
    CHECK(request.responseHeader("x-litellm-response-cost") == "0.00265");
}

TEST_CASE("service tiers, discounts, margins") {
    FakeHost host;
    auto plugin = host.load<Plugin>(
        R"({"models":{"m":{"input_cost_per_token":1e-06,"input_cost_per_token_priority":2e-06}},
        "cost_discount_config":{"openai":0.5},"cost_margin_config":{"openai":{"fixed_amount":0.000001}}})");
    auto request = host.request(R"({"model":"m","service_tier":"priority"})");
    request.withAttempt("d1", "openai", "m").withFigure(SLUICE_ATTEMPT_PROMPT_TOKENS, 10);
    CHECK(booked(plugin, request) == 11'000'000);
    request.withResponse(200, "{}");
    (void)plugin.onResponse(request);
    CHECK(request.responseHeader("x-litellm-response-cost") == "0.000011");
    CHECK(request.responseHeader("x-litellm-response-cost-original") == "0.00002");
    auto usual = host.request(R"({"model":"m","service_tier":"auto"})");
    usual.withAttempt("d1", "openai", "m").withFigure(SLUICE_ATTEMPT_PROMPT_TOKENS, 10);
    CHECK(booked(plugin, usual) == 6'000'000);
}

TEST_CASE("estimates are counted as such") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    auto request = attempt(host, "openai", "gpt-4o", 10, 5);
    request.withFigure(SLUICE_ATTEMPT_USAGE_ESTIMATED, 1);
    CHECK(booked(plugin, request) > 0);
    CHECK(host.metric("sluice_pricing_estimated_total", {"openai"}) == 1);
}

TEST_CASE("wrong configurations are refused in words") {
    FakeHost host;
    const auto refusal = [&host](const char* config) { return host.refusal<Plugin>(config); };
    CHECK(refusal(R"({"models":{"m":{"input_cost_per_token":-1}}})")
              .find("models.m.input_cost_per_token: found -1") == 0);
    CHECK(refusal(R"({"models":{"m":{"input_price":1}}})")
              .find("models.m.input_price: there is no such price") == 0);
    CHECK(refusal(R"({"models":[]})").find("models") == 0);
    CHECK(refusal(R"({"file":"/nonexistent/p.json"})").find("file: /nonexistent/p.json cannot be read") == 0);
    CHECK(refusal(R"({"cost_discount_config":{"openai":2}})").find("cost_discount_config.openai: found 2") ==
          0);
    CHECK(
        refusal(R"({"cost_margin_config":{"openai":{"share":2}}})").find("cost_margin_config.openai.share") ==
        0);
    CHECK(refusal(R"({"tokenizers":{"m":"p50k"}})").find("tokenizers.m") == 0);
    CHECK(refusal("{}").empty());
}

TEST_CASE("the routes: the table, changes, the file again") {
    std::string path = "/tmp/sluice_prices_XXXXXX";
    close(mkstemp(path.data()));
    std::ofstream(path) << R"({"mine":{"input_cost_per_token":1e-06}})";
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"file":")" + path + "\"}");
    CHECK(booked(plugin, attempt(host, "any", "mine", 1, 0)) == 1'000'000);
    const auto call = [&](const char* method, const char* route, const char* body) {
        auto request = host.request(body);
        request.withMethod(method).withPath(route);
        CHECK(plugin.handle(request).verdict() != SLUICE_FAILED);
        return request;
    };
    CHECK(call("POST", "/model/cost_map", R"({"mine":{"input_cost_per_token":2e-06}})").reply().status ==
          200);
    CHECK(booked(plugin, attempt(host, "any", "mine", 1, 0)) == 2'000'000);
    CHECK(call("POST", "/model/cost_map", R"({"mine":{"input_cost":2e-06}})").blockStatus() == 400);
    CHECK(call("GET", "/model/cost_map", "").reply().body.find(R"("mine":{"input_cost_per_token":2e-06)") !=
          std::string::npos);
    (void)call("POST", "/model/cost_map", R"({"mine":null})");
    std::ofstream(path) << R"({"mine":{"input_cost_per_token":3e-06}})";
    CHECK(call("POST", "/reload/model_cost_map", "").reply().status == 200);
    CHECK(booked(plugin, attempt(host, "any", "mine", 1, 0)) == 3'000'000);
    std::ofstream(path) << "{";
    CHECK(call("POST", "/reload/model_cost_map", "").blockStatus() == 400);
    CHECK(booked(plugin, attempt(host, "any", "mine", 1, 0)) == 3'000'000);
    std::remove(path.c_str());
}

TEST_CASE("the file is read again at intervals, and the next instance goes on with it") {
    std::string path = "/tmp/sluice_prices_XXXXXX";
    close(mkstemp(path.data()));
    std::ofstream(path) << R"({"mine":{"input_cost_per_token":1e-06}})";
    const std::string config = R"({"file":")" + path + "\"}";
    FakeHost host;
    auto plugin = host.load<Plugin>(config);
    const auto call = [&](FakePlugin& to, const char* method, const char* route, const char* query = "") {
        auto request = host.request("");
        request.withMethod(method).withPath(route).withQuery(query);
        CHECK(to.handle(request).verdict() != SLUICE_FAILED);
        return request.reply().body;
    };
    const auto costs = [&](FakePlugin& of) { return booked(of, attempt(host, "any", "mine", 1, 0)); };
    (void)call(plugin, "POST", "/schedule/model_cost_map_reload", "hours=2");
    std::ofstream(path) << R"({"mine":{"input_cost_per_token":2e-06}})";
    host.advance(2 * 3'600'000 - 2000);
    CHECK(costs(plugin) == 1'000'000);
    const std::string state = plugin.as<Plugin>().export_state();
    host.advance(3000);
    CHECK(costs(plugin) == 2'000'000);
    CHECK(host.logged("as scheduled"));
    const char* status = "/schedule/model_cost_map_reload/status";
    CHECK(call(plugin, "GET", status).find(R"("interval_hours":2,"last_run":"2)") != std::string::npos);
    std::ofstream(path) << "{";
    host.advance(2 * 3'600'000 + 2000);
    CHECK(costs(plugin) == 2'000'000);
    CHECK(host.logged("was not read again"));

    std::ofstream(path) << R"({"mine":{"input_cost_per_token":3e-06}})";
    auto next = host.load<Plugin>(config);
    CHECK(next.as<Plugin>().import_state(state));
    std::ofstream(path) << R"({"mine":{"input_cost_per_token":4e-06}})";
    host.advance(2000);  // its moment has passed long ago
    CHECK(costs(next) == 4'000'000);
    (void)call(next, "DELETE", "/schedule/model_cost_map_reload");
    CHECK(call(next, "GET", status).find(R"("scheduled":false)") != std::string::npos);
    std::ofstream(path) << R"({"mine":{"input_cost_per_token":5e-06}})";
    host.advance(5 * 3'600'000);
    CHECK(costs(next) == 4'000'000);
    std::remove(path.c_str());
}

TEST_CASE("what the table says of the deployments of a group") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    FakeCandidates chat{{"d1", -1, -1, -1, -1, 0, "openai", "gpt-4o"},
                        {"d2", -1, -1, -1, -1, 0, "openai", "gpt-4o", R"({"input_cost_per_token":0})"},
                        {"d3", -1, -1, -1, -1, 0, "openai", "nobody-knows-it"}};
    plugin.modelGroup("chat", chat);
    const auto service = plugin.service(SLUICE_PRICES_ID);
    const auto* prices = static_cast<const sluice_prices*>(service.table);
    std::map<std::string, std::string> told;
    const auto describe = [&](const char* group) {
        return prices->describe(
            service.owner, sluice::str(group),
            [](void* sink, sluice_str id, sluice_str json) {
                (*static_cast<std::map<std::string, std::string>*>(sink))[std::string(sluice::view(id))] =
                    sluice::view(json);
            },
            &told);
    };
    CHECK(describe("other") == SLUICE_E_NOT_FOUND);
    CHECK(describe("chat") == SLUICE_OK);
    CHECK(told.size() == 2);
    CHECK(told["d1"].find("\"input_cost_per_token\"") != std::string::npos);
    CHECK(told["d1"].find("\"max_input_tokens\"") != std::string::npos);
    CHECK(told["d2"].find("cost_per_token") == std::string::npos);
    CHECK(told["d2"].find("\"max_input_tokens\"") != std::string::npos);
}

TEST_CASE("changes at run time go to the next instance") {
    FakeHost host;
    auto plugin = host.load<Plugin>();
    plugin.as<Plugin>().import_state(R"({"mine":{"input_cost_per_token":2e-06}})");
    auto next = host.load<Plugin>();
    CHECK(next.importState(plugin.exportState()));
    CHECK(booked(next, attempt(host, "any", "mine", 1, 0)) == 2'000'000);
    CHECK_FALSE(next.importState("nonsense"));
}
