// What is read of a deployment, once, whatever stands there.
#include "facts_table.h"

#include <catch2/catch.hpp>

#include "support.h"

using namespace router_filters;
using namespace router_filters::tests;

TEST_CASE("parameters of the wrong kind are faults, and nothing else") {
    struct Case {
        const char* params;
        size_t tags, patterns, faults;
    };
    const Case cases[] = {
        {R"({})", 0, 0, 0},
        {R"({"tags":["b","a"],"tag_regex":["x"]})", 2, 1, 0},
        {R"({"tags":"a"})", 0, 0, 1},
        {R"({"tags":{"a":1}})", 0, 0, 1},
        {R"({"tags":["a",1,null]})", 1, 0, 2},
        {R"x({"tag_regex":["(", "(?=x)", "ok"]})x", 0, 1, 2},
        {R"({"tag_regex":"x"})", 0, 0, 1},
        {R"x({"tag_regex":["((a{1,100}){1,100}){1,100}"]})x", 0, 0, 1},
        {R"({"tags":null,"region_name":7})", 0, 0, 0},
        {R"([])", 0, 0, 0},
        {R"({"tags":["a")", 1, 0, 0},
        {"", 0, 0, 0},
    };
    for (const auto& c : cases) {
        INFO(c.params);
        FakeCandidates given{deployment("a", c.params, "rubbish")};
        std::vector<std::string> faults;
        const auto facts = readFacts(sluice::Candidate(*given.table(), 0), faults);
        CHECK(facts->tags.size() == c.tags);
        CHECK(facts->tag_regex.size() == c.patterns);
        CHECK(faults.size() == c.faults);
        CHECK(facts->lacks() == 0);
    }
}

TEST_CASE("a deployment is read once, and another one with its number is another") {
    size_t made = 0;
    FactsTable table([&](const sluice::Candidate& candidate) {
        ++made;
        std::vector<std::string> faults;
        return readFacts(candidate, faults);
    });
    FakeCandidates one{deployment("a", R"({"tags":["x"]})"), deployment("b")};
    const Facts& first = table.of(sluice::Candidate(*one.table(), 0));
    CHECK(&table.of(sluice::Candidate(*one.table(), 0)) == &first);
    CHECK(made == 1);
    CHECK(table.known(0, "a") == &first);
    CHECK_FALSE(table.known(0, "b"));
    CHECK_FALSE(table.known(1, "b"));
    CHECK_FALSE(table.known(UINT32_MAX, "b"));

    FakeCandidates other{deployment("z", R"({"tags":["y"]})")};
    const Facts& second = table.of(sluice::Candidate(*other.table(), 0));
    CHECK(second.has("y"));
    CHECK_FALSE(second.has("x"));
    CHECK(first.has("x"));  // a request that still looks at it may
    CHECK(&table.of(sluice::Candidate(*one.table(), 0)) == &first);
    CHECK(made == 2);

    FakeCandidates changed{deployment("a", R"({"tags":["x","w"]})")};
    CHECK(table.of(sluice::Candidate(*changed.table(), 0)).has("w"));
}

TEST_CASE("a host of the first release gives no numbers, prices or info") {
    FakeHost host(sluice::testing::Abi::V1_0);
    auto plugin = host.load<Plugin>(R"({"enable_tag_filtering":true,"enable_pre_call_checks":true,
        "deployment_max_budget":1,"optional_pre_call_checks":["prompt_caching","session_affinity"]})");
    FakeCandidates given{deployment("a", R"({"tags":["free"],"max_budget":1})"), deployment("b")};
    auto request = host.request(R"({"tags":["free"]})").withHeader("x-litellm-session-id", "s");
    const auto outcome = plugin.route(request, given);
    CHECK(outcome.reason() == "");
    CHECK(left(given, 2) == "a");
    CHECK(plugin.onAttemptEnd(request).continued());
}
