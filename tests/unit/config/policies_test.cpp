#include "config/policies.h"

#include <catch2/catch.hpp>

#include "config/settings.h"
#include "plugin_host/guard_policies.h"

using namespace sluice;

namespace {

config::Settings read(const std::string& text, config::Faults& faults) {
    return config::readSettings(config::parseTree(
                                    text, "c.yaml", [](const std::string&) { return std::nullopt; }, faults),
                                faults);
}

std::set<std::string> brought(const config::Settings& settings, std::string_view team, std::string_view model,
                              const std::set<std::string>& tags = {}) {
    std::set<std::string> names;
    std::vector<std::string> applied;
    std::string unknown;
    CHECK(host::applyPolicies(settings.policies, {team, "", "", {model}, tags}, {}, names, applied, unknown));
    return names;
}

}  // namespace

TEST_CASE("policies inherit, add and remove, for those they are attached to", "[config]") {
    config::Faults faults;
    const auto settings = read(
        "policies:\n"
        "  base: {guardrails: {add: [a, b]}}\n"
        "  child: {inherit: base, guardrails: {add: [c], remove: [a]}}\n"
        "  gpt: {inherit: base, guardrails: {add: [d]}, condition: {model: 'gpt-.*'}}\n"
        "policy_attachments:\n"
        "  - {policy: child, teams: ['sales-*']}\n"
        "  - {policy: gpt, scope: '*'}\n"
        "  - {policy: base, teams: [ops], tags: [x]}\n",
        faults);
    CHECK_FALSE(faults.hasErrors());
    using Names = std::set<std::string>;
    CHECK(brought(settings, "sales-1", "claude") == Names{"a", "b", "c"});  // gpt's parent has no condition
    CHECK(brought(settings, "", "gpt-4") == Names{"a", "b", "d"});
    CHECK(brought(settings, "ops", "claude", {"x"}) == Names{"a", "b"});
}

TEST_CASE("what is wrong with policies is said", "[config]") {
    const auto fault = [](const std::string& text) {
        config::Faults faults;
        (void)read(text, faults);
        std::string all;
        for (const auto& one : faults.all()) all += one.text() + "\n";
        return all;
    };
    CHECK(fault("policies: {a: {inherit: b}, b: {inherit: a}}").find("a circle of policies") !=
          std::string::npos);
    CHECK(fault("policies: {a: {inherit: x}}").find("policies.a.inherit: the text \"x\"") !=
          std::string::npos);
    CHECK(fault("policy_attachments: [{policy: a, scope: '*'}]").find("policy_attachments[0].policy") !=
          std::string::npos);
    CHECK(fault("policies: {a: {}}\npolicy_attachments: [{policy: a}]").find("nobody it is for") !=
          std::string::npos);
    CHECK(fault("policies: {a: {guardrails: {add: [g]}}}").find("there is no guardrail \"g\"") !=
          std::string::npos);
    CHECK(fault("policies: {\"a\\nb\": {}}").find("control characters") != std::string::npos);
}

TEST_CASE("patterns", "[config]") {
    CHECK(config::matchesPattern("*", ""));
    CHECK(config::matchesPattern("a*c*e", "abcde"));
    CHECK(config::matchesPattern("gpt-*", "gpt-4o"));
    CHECK_FALSE(config::matchesPattern("gpt-*", "xgpt-4o"));
    CHECK_FALSE(config::matchesPattern("a*c", "abcd"));
    CHECK_FALSE(config::matchesPattern("a", "ab"));
}
