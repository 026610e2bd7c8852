// latency-based-routing: what makes a sample, and who is chosen by them.
#include <catch2/catch.hpp>

#include "router_latency/plugin.h"
#include "support.h"

using namespace routers;
using router_latency::choose;
using router_latency::sampleOf;
using router_latency::Samples;
using sluice::Candidates;

TEST_CASE("latency: a sample is seconds a completion token") {
    const auto whole = sampleOf({true, false, false, 2'000'000, 500'000, 100});
    REQUIRE(whole);
    CHECK(whole->whole == Approx(0.02));
    CHECK(whole->first_token < 0);
    const auto stream = sampleOf({true, false, true, 2'000'000, 500'000, 100});
    CHECK(stream->whole == Approx(0.02));
    CHECK(stream->first_token == Approx(0.005));
    CHECK(sampleOf({true, false, false, 2'000'000, {}, {}})->whole == Approx(2));
    CHECK(sampleOf({true, false, false, 2'000'000, {}, 0})->whole == Approx(2));
}

TEST_CASE("latency: timeouts are punished, other failures are not counted") {
    CHECK(sampleOf({false, true, false, 30'000'000, {}, {}})->whole == 1000);
    CHECK(sampleOf({false, true, false, {}, {}, {}})->first_token < 0);
    CHECK(sampleOf({false, true, true, {}, {}, {}})->first_token == 1000);
    CHECK_FALSE(sampleOf({false, false, false, 1'000'000, 1'000'000, 5}));
    CHECK_FALSE(sampleOf({true, false, false, {}, {}, 5}));
}

TEST_CASE("latency: the lowest average, unseen ones before all") {
    FakeCandidates all{Deployment("a"), Deployment("b"), Deployment("c")};
    Samples samples({3600, 10});
    samples.add(0, {0.3, -1}, 0);
    samples.add(1, {0.1, -1}, 0);
    const auto pick = [&](int64_t now) {
        return choose(Candidates(*all.table()), samples, {false, now, 0, 99});
    };
    CHECK(pick(1) == 2);
    samples.add(2, {0.2, -1}, 1);
    CHECK(pick(1) == 1);
    all.exclude(1);
    CHECK(pick(1) == 2);
    CHECK(pick(3'600'000) == 0);  // its samples have expired, c's have not
}

TEST_CASE("latency: those within the buffer are as good as the lowest") {
    FakeCandidates all{Deployment("a"), Deployment("b"), Deployment("c"), Deployment("d").limited(0)};
    Samples samples({3600, 10});
    samples.add(0, {0.151, -1}, 0);
    samples.add(1, {0.1, -1}, 0);
    samples.add(2, {0.15, -1}, 0);
    samples.add(3, {0.05, -1}, 0);  // the lowest, but at its limit
    const auto shares = [&](double buffer) {
        return tally(4, 20'000, [&](uint64_t random) {
            return choose(Candidates(*all.table()), samples, {false, 0, buffer, random});
        });
    };
    CHECK(shares(0) == std::vector<int>{0, 20'000, 0, 0});
    const auto half = shares(0.5001);
    CHECK(half[0] == 0);
    CHECK(half[1] == Approx(10'000).epsilon(0.05));
    CHECK(half[3] == 0);
    CHECK(shares(9)[0] == Approx(6'667).epsilon(0.05));
}

TEST_CASE("latency: equals and limits") {
    FakeCandidates all{Deployment("a"), Deployment("b").limited(5).used(5),
                       Deployment("c").limited(5, 10).used(4, 9), Deployment("d").limited(9, 10).used(0, 10)};
    Samples samples({3600, 10});
    const auto counts = tally(4, 20'000, [&](uint64_t random) {
        return choose(Candidates(*all.table()), samples, {false, 0, 0.5, random});
    });
    CHECK(counts[0] == Approx(10'000).epsilon(0.05));
    CHECK(counts[0] + counts[2] == 20'000);
    all.exclude(0);
    all.exclude(2);
    CHECK(choose(Candidates(*all.table()), samples, {false, 0, 0, 1}) == SLUICE_E_LIMIT);
    all.exclude(1);
    all.exclude(3);
    CHECK(choose(Candidates(*all.table()), samples, {false, 0, 0, 1}) == SLUICE_E_UNAVAILABLE);
}

TEST_CASE("latency: the lowest is found among more than a shortlist holds") {
    auto all = many<300>([](size_t i) { return Deployment(std::to_string(i)); });
    Samples samples({3600, 10});
    for (uint32_t i = 0; i < 300; ++i) samples.add(i, {i < 250 ? 1.0 : 2.0 - i / 200.0, -1}, 0);
    const auto pick = [&](double buffer, uint64_t random) {
        return choose(Candidates(*all.table()), samples, {false, 0, buffer, random});
    };
    for (uint64_t i = 0; i < 64; ++i) CHECK(pick(0, i << 58) == 299);    // 0.505
    for (uint64_t i = 0; i < 64; ++i) CHECK(pick(0.1, i << 58) >= 289);  // up to 0.5555
    for (uint64_t i = 0; i < 64; ++i) CHECK(pick(9, i << 58) < 128);     // the first of too many
}

namespace {

// An attempt of 100 tokens that took so long.
void endsAfter(sluice::testing::FakePlugin& plugin, FakeHost& host, int64_t deployment, int64_t us,
               int64_t outcome = SLUICE_ATTEMPT_OK, std::string_view body = R"({"model":"m"})") {
    const auto request = host.request(body)
                             .withFigure(SLUICE_ATTEMPT_DEPLOYMENT, deployment)
                             .withFigure(SLUICE_ATTEMPT_OUTCOME, outcome)
                             .withFigure(SLUICE_ATTEMPT_TIMED_OUT, 0)
                             .withFigure(SLUICE_ATTEMPT_DURATION_US, us)
                             .withFigure(SLUICE_ATTEMPT_FIRST_BYTE_US, us / 10)
                             .withFigure(SLUICE_ATTEMPT_COMPLETION_TOKENS, 100);
    CHECK(plugin.onAttemptEnd(request).continued());
}

}  // namespace

TEST_CASE("latency as a plugin learns from the attempts that end") {
    FakeHost host;
    auto plugin = host.load<router_latency::Plugin>(R"({"max_latency_list_size":1,"ttl":60})");
    FakeCandidates all{Deployment("a"), Deployment("b")};
    endsAfter(plugin, host, 0, 100'000);
    CHECK(plugin.pick(host.request(), all) == 1);
    endsAfter(plugin, host, 1, 900'000, SLUICE_ATTEMPT_FAILED);
    CHECK(plugin.pick(host.request(), all) == 1);
    endsAfter(plugin, host, 1, 900'000);
    CHECK(plugin.pick(host.request(), all) == 0);
    host.advance(59'000);
    endsAfter(plugin, host, 0, 950'000);
    CHECK(plugin.pick(host.request(), all) == 1);  // a list of one is the latest
    endsAfter(plugin, host, 1, 960'000);
    CHECK(plugin.pick(host.request(), all) == 0);
    const auto late = host.request()
                          .withFigure(SLUICE_ATTEMPT_DEPLOYMENT, 0)
                          .withFigure(SLUICE_ATTEMPT_OUTCOME, SLUICE_ATTEMPT_FAILED)
                          .withFigure(SLUICE_ATTEMPT_TIMED_OUT, 1);
    CHECK(plugin.onAttemptEnd(late).continued());
    CHECK(plugin.pick(host.request(), all) == 1);
    host.advance(60'000);
    endsAfter(plugin, host, 1, 1);
    CHECK(plugin.pick(host.request(), all) == 0);  // forgotten, hence unseen
}

TEST_CASE("latency as a plugin: streams are judged by their first token, configuration is read") {
    FakeHost host;
    auto plugin = host.load<router_latency::Plugin>(R"({"lowest_latency_buffer":0})");
    FakeCandidates all{Deployment("a"), Deployment("b")};
    const std::string stream = R"({"model":"m","stream":true})";
    endsAfter(plugin, host, 0, 100'000);
    endsAfter(plugin, host, 1, 200'000, SLUICE_ATTEMPT_OK, stream);
    CHECK(plugin.pick(host.request(), all) == 0);
    CHECK(plugin.pick(host.request(stream), all) == 1);
    CHECK(host.refusal<router_latency::Plugin>(R"({"ttl":"long"})").find("ttl") == 0);
}

TEST_CASE("latency in a host of the first release: nothing is known, all are equal") {
    FakeHost host(sluice::testing::Abi::V1_0);
    auto plugin = host.load<router_latency::Plugin>();
    FakeCandidates all{Deployment("a"), Deployment("b")};
    endsAfter(plugin, host, 0, 100'000);
    const auto counts = tally(2, 2'000, [&](uint64_t) { return plugin.pick(host.request(), all); });
    CHECK(counts[0] == Approx(1'000).epsilon(0.15));
}
