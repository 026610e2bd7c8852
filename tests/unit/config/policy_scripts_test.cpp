// Entries of `policies` that are scripts.
#include <algorithm>

#include <catch2/catch.hpp>

#include "config/loading.h"

using namespace sluice;

namespace {

const config::PluginInstance* lua(const test::Loaded& loaded) {
    for (const auto& one : loaded.settings.plugins) {
        if (one.plugin == "lua") return &one;
    }
    return nullptr;
}

std::vector<std::string> names(const test::Loaded& loaded) {
    std::vector<std::string> all;
    for (const auto& one : lua(loaded)->config.at("policies")) all.push_back(one.at("name"));
    return all;
}

const std::string kTwo =
    "policies:\n"
    "  - {name: b, code: x, bind: {team: [red, blue], route: chat}, mode: shadow, mandatory: true}\n"
    "  - {name: a, code: y, on_error: allow, on_timeout: block, budget: {time_ms: 5}, params: {n: 1}}\n";

}  // namespace

TEST_CASE("a list of policies is an instance of the plugin that runs them", "[config]") {
    const auto loaded = test::load(kTwo);
    CHECK(loaded.texts().empty());
    REQUIRE(lua(loaded));
    CHECK(lua(loaded)->id == "lua");
    CHECK(names(loaded) == std::vector<std::string>{"b", "a"});
    CHECK(lua(loaded)->config["policies"][0]["bind"]["team"][1] == "blue");
    CHECK(loaded.settings.policies.by_name.empty());
    CHECK(lua(test::load("policies: []")) == nullptr);
    CHECK(lua(test::load("model_list: []")) == nullptr);
}

TEST_CASE("the list is that of an instance that plugins lists", "[config]") {
    const auto loaded =
        test::load(kTwo + "plugins: [{plugin: lua, id: mine, order: 3, config: {scanners: {pii: p}}}]");
    CHECK(loaded.texts().empty());
    CHECK(loaded.settings.plugins.size() == 1);
    CHECK(lua(loaded)->id == "mine");
    CHECK(lua(loaded)->config["scanners"]["pii"] == "p");
    CHECK(names(loaded).size() == 2);
    const auto twice = test::load(kTwo + "plugins: [{plugin: lua, config: {policies: []}}]");
    CHECK(twice.says("plugins[0].config.policies"));
    CHECK(twice.faults.hasErrors());
}

TEST_CASE("scripts stand beside sets of guardrails", "[config]") {
    const auto loaded = test::load(
        "guardrails: [{guardrail_name: g, litellm_params: {guardrail: x, mode: pre_call}}]\n"
        "policies:\n"
        "  base: {guardrails: {add: [g]}}\n"
        "  stamp: {code: x}\n"
        "policy_attachments: [{policy: base, scope: '*'}]\n");
    CHECK(loaded.texts().empty());
    CHECK(names(loaded) == std::vector<std::string>{"stamp"});
    CHECK(loaded.settings.policies.by_name.size() == 1);
}

TEST_CASE("what is wrong with a policy is said, where it stands", "[config]") {
    const auto loaded = test::load(
        "policies:\n"
        "  - {code: x}\n"
        "  - {name: a, code: x, script: /dev/null}\n"
        "  - {name: a, code: x}\n"
        "  - {name: c, script: /nowhere/c.lua}\n"
        "  - {name: d, code: x, mode: on}\n"
        "  - {name: e, code: x, bind: {tem: red}}\n"
        "  - {name: f, code: x, bind: {team: []}}\n"
        "  - {name: g, code: x, budget: {time_ms: 0, memory: 1}}\n"
        "  - {name: h, code: x, mandatroy: true}\n"
        "  - {name: i}\n"
        "  - text\n"
        "  - {name: [k], code: x}\n"
        "  - {name: l, code: x, on_error: open}\n");
    for (const char* words :
         {"config.yaml:2: error: policies[0].name: nothing", "config.yaml:3: error: policies[1].code",
          "config.yaml:4: error: policies[2].name: the name \"a\" is there twice",
          "config.yaml:5: error: policies[3].script: the text \"/nowhere/c.lua\"",
          "config.yaml:6: error: policies[4].mode", "config.yaml:7: error: policies[5].bind.tem",
          "config.yaml:8: error: policies[6].bind.team", "config.yaml:9: error: policies[7].budget.time_ms",
          "config.yaml:9: error: policies[7].budget.memory", "config.yaml:10: error: policies[8].mandatroy",
          "config.yaml:11: error: policies[9]", "config.yaml:12: error: policies[10]",
          "config.yaml:13: error: policies[11].name", "config.yaml:14: error: policies[12].on_error"}) {
        INFO(words);
        CHECK(loaded.says(words));
    }
    CHECK(lua(loaded) == nullptr);  // nothing that is half read
    CHECK(test::load("policies: text").says("config.yaml:1: error: policies: the text \"text\""));
    CHECK(test::load("policies: {a: {code: x, guardrails: {add: [g]}}}").says("policies.a.guardrails"));
}
