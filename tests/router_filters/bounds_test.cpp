// rpm and tpm of the minute that runs.
#include "limits.h"

#include <catch2/catch.hpp>

#include "support.h"

using namespace router_filters;
using namespace router_filters::tests;

namespace {

FakeCandidate limited(std::string id, double rpm, uint64_t requests, double tpm = -1, uint64_t tokens = 0) {
    auto candidate = deployment(std::move(id));
    candidate.rpm = rpm;
    candidate.tpm = tpm;
    candidate.requests_this_minute = requests;
    candidate.tokens_this_minute = tokens;
    return candidate;
}

}  // namespace

TEST_CASE("deployments over their rpm or tpm are left out") {
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"enable_pre_call_checks":true})");
    FakeCandidates given{limited("a", 10, 9),           limited("b", 10, 10),
                         limited("c", -1, 1'000),       limited("d", 0, 0),
                         limited("e", -1, 0, 100, 99),  limited("f", -1, 0, 100, 100),
                         limited("g", 10, 3, 100, 101), limited("h", -1, 0, -1, 5'000)};
    auto request = host.request("{}");
    CHECK(plugin.route(request, given).continued());
    CHECK(left(given, 8) == "a c e h");
    CHECK(given.dropReason(1) == "over its rpm in this minute");
    CHECK(given.dropReason(5) == "over its tpm in this minute");
    CHECK(given.dropReason(0).empty());
}

TEST_CASE("all over leaves none: what becomes of it is the gateway's to say") {
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"enable_pre_call_checks":true})");
    FakeCandidates given{limited("a", 1, 1), limited("b", -1, 0, 1, 1)};
    auto request = host.request("{}");
    CHECK(plugin.route(request, given).continued());
    CHECK(left(given, 2).empty());
    CHECK(given.dropReason(0) == "over its rpm or tpm in this minute");
}

TEST_CASE("without the switch nothing is checked") {
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"enable_tag_filtering":true})");
    auto small = limited("a", 1, 1);
    small.max_input_tokens = 1;
    small.info = R"({"supports_function_calling":false})";
    FakeCandidates given{small, deployment("b", R"({"region_name":"us"})")};
    auto request = host.request(
        R"({"tools":[{}],"allowed_model_region":"eu","messages":[{"content":"a long prompt"}]})");
    CHECK(plugin.route(request, given).continued());
    CHECK(left(given, 2) == "a b");
}
