// What limits cost: `sluice_limits_tests "[.cost]"`. No bounds, for a busy machine has its own.
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>

#include "fake_counters.h"
#include "fake_store.h"
#include "plugin.h"

using namespace sluice::testing;

TEST_CASE("100,000 keys with limits: start, and a request", "[.cost]") {
    using Clock = std::chrono::steady_clock;
    const auto since = [](Clock::time_point start) {
        return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    };
    FakeStore store;
    for (int i = 0; i < 100'000; ++i) {
        const std::string id =
            "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f12" + std::to_string(10'000'000 + i);
        store.put(
            "key", id,
            R"({"key_alias":"k","models":["gpt-4o"],"team_id":"t","user_id":"u","rpm_limit":1000000,"tpm_limit":100000000,)"
            R"("max_budget":1000.0,"budget_duration":"30d","created_at":"2026-11-01T00:00:00Z","metadata":{"a":"b"}})");
    }
    FakeHost host;
    host.services[SLUICE_STORE_ID] = store.service();
    FakeCounters counters(host);
    host.services[SLUICE_COUNTERS_ID] = counters.service();
    auto plugin = host.load<limits::Plugin>("{}");
    auto start = Clock::now();
    REQUIRE(plugin.start().empty());
    std::printf("start %.0f ms\n", since(start));
    constexpr int kRequests = 200'000;
    for (const bool known : {false, true}) {
        double inside = 0;
        for (int i = 0; i < kRequests; ++i) {
            Identity who{known ? "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f12" +
                                     std::to_string(10'000'000 + i % 1000)
                               : "x"};
            auto request =
                host.request(
                        R"({"model":"gpt-4o","messages":[{"role":"user","content":"hello"}],"max_tokens":10})")
                    .withIdentity(who);
            start = Clock::now();
            (void)plugin.preCall(request);
            inside += since(start);
            sluice_settlement sums{};
            sums.usage_known = 1;
            sums.prompt_tokens = 10;
            start = Clock::now();
            plugin.settle(request, sums);
            inside += since(start);
        }
        std::printf("%s: %.2f us a request, with the fake host's own\n", known ? "three limits" : "no limits",
                    inside / kRequests * 1000);
    }
}
