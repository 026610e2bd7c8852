// Tag routing: which tags a request has, and which deployments they leave.
#include "tags.h"

#include <catch2/catch.hpp>

#include "support.h"

using namespace router_filters;
using namespace router_filters::tests;

namespace {

// a is free, b is paid and fast, c is default, d has no tags, e knows clients by their fields.
FakeCandidates fiveDeployments() {
    return {
        deployment("a", R"({"tags":["free"]})"), deployment("b", R"({"tags":["paid","fast"]})"),
        deployment("c", R"({"tags":["default"]})"), deployment("d"),
        deployment(
            "e", R"({"tags":["agents"],"tag_regex":["^User-Agent: claude-code/","^X-Team: (red|blue)$"]})")};
}

std::string routed(const std::string& config, FakeRequest request, uint32_t* status = nullptr) {
    FakeHost& host = static_cast<FakeHost&>(request.data().host);
    auto plugin = host.load<Plugin>(config);
    FakeCandidates given = fiveDeployments();
    const auto outcome = plugin.route(request, given);
    if (!outcome.blocked()) return outcome.continued() ? left(given, 5) : outcome.reason();
    if (status) *status = request.blockStatus();
    return "refused";
}

// Deployment i has the tag "ti".
template <size_t... I>
FakeCandidates ownTags(std::index_sequence<I...>) {
    return {deployment("d" + std::to_string(I), R"({"tags":["all","t)" + std::to_string(I) + R"("]})")...};
}

}  // namespace

TEST_CASE("tags choose deployments") {
    struct Case {
        const char *tags, *any, *all;
    };
    const Case cases[] = {
        {R"(["free"])", "a", "a"},
        {R"(["paid"])", "b", "b"},
        {R"(["free","paid"])", "a b", "c"},
        {R"(["paid","fast"])", "b", "b"},
        {R"(["nobody"])", "c", "c"},
        {R"(["default"])", "c", "c"},
        {R"([])", "c", "c"},
        {R"(["!default"])", "a b d e", "a b d e"},
        {R"(["!free"])", "c", "c"},
        {R"(["paid","!fast"])", "c", "c"},
        {R"(["&paid"])", "b", "b"},
        {R"(["&paid","&fast"])", "b", "b"},
        {R"(["&paid","free"])", "refused", "refused"},
        {R"(["&paid","&free"])", "refused", "refused"},
        {R"(["&paid","!fast"])", "refused", "refused"},
        {R"(["nobody","!default"])", "refused", "refused"},
        {R"(["&nobody"])", "refused", "refused"},
        {R"(["FREE"])", "c", "c"},
        {R"("free, paid")", "a b", "c"},
        {R"(7)", "c", "c"},
        {R"({"free":true})", "c", "c"},
        {R"([["free"],{"a":"free"},1,null,true])", "c", "c"},
        {R"(["fr\u0065e"])", "a", "a"},
        {R"(["!"])", "c", "c"},
        {R"(["",""])", "c", "c"},
    };
    for (const auto& c : cases) {
        INFO(c.tags);
        FakeHost host;
        const std::string body = std::string(R"({"model":"m","tags":)") + c.tags + "}";
        CHECK(routed(R"({"enable_tag_filtering":true})", host.request(body)) == c.any);
        CHECK(routed(R"({"enable_tag_filtering":true,"tag_filtering_match_any":false})",
                     host.request(body)) == c.all);
    }
}

TEST_CASE("where tags come from") {
    FakeHost host;
    const std::string config = R"({"enable_tag_filtering":true})";
    CHECK(routed(config, host.request(R"({"metadata":{"tags":["free"]}})")) == "a");
    CHECK(routed(config, host.request(R"({"litellm_metadata":{"tags":["free"]}})")) == "a");
    CHECK(routed(config, host.request("{}").withHeader("x-litellm-tags", " paid ,, nobody")) == "b");
    CHECK(routed(config, host.request("{}").withAttribute("tags", "free")) == "a");
    CHECK(routed(config, host.request("{}").withAttribute("tags", R"(["free","paid"])")) == "a b");
    CHECK(routed(config, host.request(R"({"tags":["free"],"metadata":{"tags":["paid"]}})")) == "a b");
    CHECK(routed(config, host.request(R"({"metadata":["tags"],"litellm_metadata":"tags"})")) == "c");
    CHECK(routed(config, host.request("no JSON")) == "c");
}

TEST_CASE("patterns over the fields of a request") {
    FakeHost host;
    const std::string any = R"({"enable_tag_filtering":true})";
    const std::string all = R"({"enable_tag_filtering":true,"tag_filtering_match_any":false})";
    CHECK(routed(any, host.request("{}").withHeader("user-agent", "claude-code/1.2")) == "e");
    CHECK(routed(any, host.request("{}").withHeader("USER-AGENT", "claude-code/1.2")) == "e");
    CHECK(routed(any, host.request("{}").withHeader("User-Agent", "curl")) == "c");
    CHECK(routed(any, host.request("{}").withHeader("x-team", "blue")) == "e");
    CHECK(routed(any, host.request("{}").withHeader("x-team", "blueish")) == "c");
    auto tagged = host.request(R"({"tags":["free"]})").withHeader("x-team", "red");
    CHECK(routed(any, tagged) == "a e");
    CHECK(routed(all, host.request(R"({"tags":["free"]})").withHeader("x-team", "red")) == "a");
    CHECK(routed(any, host.request(R"({"tags":["!agents"]})").withHeader("x-team", "red")) == "c");
}

TEST_CASE("a refusal says what was asked for") {
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"enable_tag_filtering":true})");
    auto request = host.request(R"({"model":"gpt","tags":["gold","&x"]})");
    FakeCandidates given{deployment("a", R"({"tags":["free"]})"), deployment("b")};
    REQUIRE(plugin.route(request, given).blocked());
    CHECK(request.blockStatus() == 401);
    CHECK(request.blockMessage() ==
          "Not allowed to access model due to tags configuration: no deployments with tag routing. Passed "
          "model=gpt and "
          "tags=['&x', 'gold']");
    CHECK(left(given, 2) == "a b");
    auto untagged = host.request(R"({"model":"gpt"})");
    CHECK(plugin.route(untagged, given).continued());
    CHECK(left(given, 2) == "a b");  // no default: all
    auto free = host.request(R"({"tags":["free"]})");
    CHECK(plugin.route(free, given).continued());
    CHECK(given.dropReason(1) == "its tags do not fit");
}

TEST_CASE("what is required and there is a match, default or not") {
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"enable_tag_filtering":true})");
    FakeCandidates given{deployment("a", R"({"tags":["paid"]})"),
                         deployment("b", R"({"tags":["paid","default"]})"),
                         deployment("c", R"({"tags":["default"]})")};
    auto request = host.request(R"({"tags":["&paid"]})");
    CHECK(plugin.route(request, given).continued());
    CHECK(left(given, 3) == "a b");
}

TEST_CASE("what another filter took away stays away") {
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"enable_tag_filtering":true})");
    FakeCandidates given{deployment("a", R"({"tags":["free"]})"), deployment("b", R"({"tags":["default"]})"),
                         deployment("c")};
    given.exclude(0);
    auto request = host.request(R"({"tags":["free"]})");
    CHECK(plugin.route(request, given).continued());
    CHECK(left(given, 3) == "b");
    given.exclude(1);
    CHECK(plugin.route(request, given).continued());  // none is left: that is the gateway's to answer
}

TEST_CASE("who is out of service and does not fit is dropped: it may be back for a retry") {
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"enable_tag_filtering":true})");
    FakeCandidates given{deployment("a", R"({"tags":["free"]})"), deployment("b", R"({"tags":["paid"]})"),
                         deployment("c", R"({"tags":["free"]})")};
    given.exclude(1);
    given.exclude(2);
    auto request = host.request(R"({"tags":["free"]})");
    CHECK(plugin.route(request, given).continued());
    CHECK(left(given, 3) == "a");
    CHECK(given.dropReason(1) == "its tags do not fit");
    CHECK(given.dropReason(2).empty());
}

TEST_CASE("deployments with sets of tags of their own, more than are remembered at once") {
    FakeHost host;
    auto plugin = host.load<Plugin>(R"({"enable_tag_filtering":true})");
    for (const size_t wanted : {0, 31, 32, 63, 64, 65}) {
        auto given = ownTags(std::make_index_sequence<66>());
        auto request = host.request(R"({"tags":["t)" + std::to_string(wanted) + R"("]})");
        CHECK(plugin.route(request, given).continued());
        for (uint32_t i = 0; i < 66; ++i) CHECK(given.available(i) == (i == wanted));
    }
}

TEST_CASE("tags beyond the bounds are refused and not cut") {
    FakeHost host;
    const auto list = [](size_t count) {
        std::string tags;
        for (size_t i = 0; i < count; ++i) tags += (i ? "," : "") + ("\"tag" + std::to_string(i) + "\"");
        return R"({"tags":[)" + tags + "]}";
    };
    uint32_t status = 0;
    const std::string config = R"({"enable_tag_filtering":true})";
    CHECK(routed(config, host.request(list(kTagsMax))) == "c");
    CHECK(routed(config, host.request(list(kTagsMax + 1)), &status) == "refused");
    CHECK(status == 400);
    CHECK(routed(config, host.request(list(100'000))) == "refused");
    CHECK(routed(config, host.request("{}").withHeader("x-litellm-tags",
                                                       std::string(kTagBytesMax + 1, 'x'))) == "refused");
    CHECK(routed(config, host.request("{}").withHeader("x-litellm-tags", std::string(kTagBytesMax, 'x'))) ==
          "c");
    CHECK(routed(config, host.request("{}").withHeader("x-litellm-tags", std::string(5'000, ','))) == "c");
}
