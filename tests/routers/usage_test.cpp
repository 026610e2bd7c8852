// usage-based-routing and -v2: the fewest tokens this minute, under the limits.
#include <catch2/catch.hpp>

#include "router_usage/plugin.h"
#include "support.h"

using namespace routers;
using router_usage::choose;
using sluice::Candidates;

namespace {

template <class Plugin>
int32_t pick(const FakeCandidates& candidates, std::string_view body) {
    FakeHost host;
    return host.load<Plugin>().pick(host.request(body), candidates);
}

// Of `tokens` tokens as the plugin counts them: 4 bytes each, brackets and quotes too.
std::string promptOf(size_t tokens) {
    return R"({"model":"m","prompt":")" + std::string(tokens * 4 - 2, 'x') + "\"}";
}

}  // namespace

TEST_CASE("usage: the fewest tokens this minute") {
    FakeCandidates all{Deployment("a").used(1, 300), Deployment("b").used(9, 100),
                       Deployment("c").used(1, 200)};
    CHECK(choose(Candidates(*all.table()), 0, 1) == 1);
    all.exclude(1);
    CHECK(choose(Candidates(*all.table()), 0, 1) == 2);
}

TEST_CASE("usage: limits are what may be reached, not what may not") {
    FakeCandidates full{Deployment("a").limited(10).used(9), Deployment("b").limited(10).used(10)};
    CHECK(choose(Candidates(*full.table()), 0, 1) == 0);
    FakeCandidates tokens{Deployment("a").limited(-1, 1000).used(0, 900), Deployment("b").used(0, 5000)};
    CHECK(choose(Candidates(*tokens.table()), 100, 1) == 0);
    CHECK(choose(Candidates(*tokens.table()), 101, 1) == 1);
    FakeCandidates spent{Deployment("a").limited(-1, 1000).used(0, 1000)};
    CHECK(choose(Candidates(*spent.table()), 0, 1) == SLUICE_E_LIMIT);
    FakeCandidates none{Deployment("a")};
    none.exclude(0);
    CHECK(choose(Candidates(*none.table()), 0, 1) == SLUICE_E_UNAVAILABLE);
}

TEST_CASE("usage: an estimate is never more than the model takes") {
    FakeCandidates all{Deployment("a").limited(-1, 1000).used(0, 100).reading(900)};
    CHECK(choose(Candidates(*all.table()), 1e6, 1) == 0);
    FakeCandidates over{Deployment("a").limited(-1, 1000).used(0, 101).reading(900)};
    CHECK(choose(Candidates(*over.table()), 1e6, 1) == SLUICE_E_LIMIT);
}

TEST_CASE("usage: of equal ones each has the same chance") {
    FakeCandidates all{Deployment("a"), Deployment("b").limited(0), Deployment("c"), Deployment("d")};
    const auto counts =
        tally(4, 30'000, [&](uint64_t random) { return choose(Candidates(*all.table()), 10, random); });
    CHECK(counts[1] == 0);
    for (const size_t i : {0, 2, 3}) CHECK(counts[i] == Approx(10'000).epsilon(0.05));
}

TEST_CASE("usage v2 counts the prompt, v1 does not") {
    FakeCandidates all{Deployment("a").limited(-1, 1000).used(0, 950),
                       Deployment("b").limited(-1, 2000).used(0, 1900)};
    CHECK(pick<router_usage::PluginV2>(all, promptOf(50)) == 0);
    CHECK(pick<router_usage::PluginV2>(all, promptOf(51)) == 1);
    CHECK(pick<router_usage::PluginV2>(all, promptOf(101)) == SLUICE_E_LIMIT);
    CHECK(pick<router_usage::Plugin>(all, promptOf(101)) == 0);
}

TEST_CASE("usage v2 counts what every dialect calls a prompt") {
    FakeCandidates all{Deployment("a").limited(-1, 10)};
    const std::string text = '"' + std::string(42, 'x') + '"';  // 11 tokens
    for (const char* name : {"messages", "system", "prompt", "input", "instructions", "tools"})
        CHECK(pick<router_usage::PluginV2>(all, "{\"" + std::string(name) + "\":" + text + "}") ==
              SLUICE_E_LIMIT);
    CHECK(pick<router_usage::PluginV2>(all, R"({"metadata":)" + text + "}") == 0);
    CHECK(pick<router_usage::PluginV2>(all, std::string(100, 'x')) == 0);  // no JSON
}
