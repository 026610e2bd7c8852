// Regions: which are where, and which deployments a request may go to.
#include "region.h"

#include <catch2/catch.hpp>

#include "support.h"

using namespace router_filters;
using namespace router_filters::tests;

TEST_CASE("regions of the union and of the states") {
    struct Case {
        const char* region;
        bool eu, us;
    };
    const Case cases[] = {
        {"eu", true, false},
        {"us", false, true},
        {"eu-west-1", true, false},
        {"eu-central-1", true, false},
        {"us-east-1", false, true},
        {"us-gov-west-1", false, true},
        {"europe-west4", true, false},
        {"West Europe", true, false},
        {"swedencentral", true, false},
        {"eastus2", false, true},
        {"East US", false, true},
        {"uksouth", false, false},
        {"eu-west-2", false, false},
        {"europe-west6", false, false},
        {"switzerlandnorth", false, false},
        {"ap-southeast-1", false, false},
        {"australiaeast", false, false},
        {"us-central1", false, true},
        {"northamerica-northeast1", false, false},
        {"", false, false},
        {"global", false, false},
        {"eucalyptus", false, false},
        {"usual", false, false},
    };
    for (const auto& c : cases) {
        INFO(c.region);
        CHECK(regionAllowed(regionKey(c.region), "eu") == c.eu);
        CHECK(regionAllowed(regionKey(c.region), "us") == c.us);
    }
    CHECK(regionAllowed("ap-southeast-1", "ap-southeast-1"));
    CHECK_FALSE(regionAllowed("ap-southeast-1", "ap-southeast"));
    CHECK_FALSE(regionAllowed("", ""));
}

TEST_CASE("a request goes where it may") {
    struct Case {
        const char *body, *left;
    };
    const Case cases[] = {
        {R"({})", "a b c d"},
        {R"({"allowed_model_region":null})", "a b c d"},
        {R"({"allowed_model_region":"eu"})", "a"},
        {R"({"allowed_model_region":"EU"})", "a"},
        {R"({"allowed_model_region":"us"})", "b"},
        {R"({"allowed_model_region":["eu","us"]})", "a b"},
        {R"({"metadata":{"allowed_model_region":"eu"}})", "a"},
        {R"({"litellm_metadata":{"allowed_model_region":"asia-east1"}})", "c"},
        {R"({"allowed_model_region":["eu","us"],"metadata":{"allowed_model_region":"us"}})", "b"},
        {R"({"allowed_model_region":"us","metadata":{"allowed_model_region":"eu"}})", "refused"},
        {R"({"allowed_model_region":"moon"})", "refused"},
        {R"({"allowed_model_region":""})", "refused"},
        {R"({"allowed_model_region":1})", "refused"},
        {R"({"allowed_model_region":[]})", "refused"},
        {R"({"allowed_model_region":["eu",1]})", "refused"},
        {R"({"allowed_model_region":{"eu":true}})", "refused"},
        {R"({"metadata":"eu"})", "a b c d"},
    };
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"enable_pre_call_checks":true})");
    for (const auto& c : cases) {
        INFO(c.body);
        FakeCandidates given{deployment("a", R"({"region_name":"eu-west-1"})"),
                             deployment("b", R"({"aws_region_name":"us-east-1"})"),
                             deployment("c", R"({"vertex_location":"asia-east1"})"),
                             deployment("d", R"({"region_name":["eu"]})")};
        auto request = host.request(c.body);
        const auto outcome = plugin.route(request, given);
        CHECK((outcome.blocked() ? "refused" : left(given, 4)) == c.left);
        if (outcome.blocked()) CHECK(request.blockStatus() == 400);
    }
}

TEST_CASE("what a plugin says of the caller counts as well") {
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"enable_pre_call_checks":true})");
    FakeCandidates given{deployment("a", R"({"region_name":"eu-west-1"})"),
                         deployment("b", R"({"region_name":"us"})")};
    auto request =
        host.request(R"({"allowed_model_region":["eu","us"]})").withAttribute("allowed_model_region", "eu");
    CHECK(plugin.route(request, given).continued());
    CHECK(left(given, 2) == "a");
    CHECK(given.dropReason(1) == "it is not in an allowed region");
}
