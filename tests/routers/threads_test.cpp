// What several loops share: samples that are added while others choose by them, and hashes that several make
// at once. For the thread sanitizer, and for what must hold whoever comes first.
#include <catch2/catch.hpp>

#include "router_affinity/rendezvous.h"
#include "router_latency/latency.h"
#include "support.h"

#include <atomic>
#include <thread>

using namespace routers;
using router_latency::Samples;
using sluice::Candidates;

namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 20'000;

Deployment numbered(size_t i) { return Deployment("deployment-" + std::to_string(i)); }

// Runs it on some threads at once; none may throw.
template <class Body>
void together(Body&& body) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([&body, i] { body(i); });
    for (auto& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("threads: samples are added while others choose") {
    auto all = many<100>(numbered);
    Samples samples({3600, 10});
    std::atomic<int> wrong{0};
    together([&](int thread) {
        for (int i = 0; i < kRounds; ++i) {
            const auto number = static_cast<uint32_t>((i * 7 + thread) % 100);
            samples.add(number, {1.0 + number, -1}, 0);
            const double average = samples.at(0, false).average(number);
            if (average < 1.0 + number - 1e-6 || average > 1.0 + number + 1e-6) ++wrong;
            if (i % 100 != 0) continue;
            const auto random = static_cast<uint64_t>(i) << 40;
            const int32_t choice =
                router_latency::choose(Candidates(*all.table()), samples, {false, 0, 0.1, random});
            if (choice < 0 || choice >= 100) ++wrong;
        }
    });
    CHECK(wrong == 0);
    CHECK(router_latency::choose(Candidates(*all.table()), samples, {false, 0, 0, 1}) == 0);
}

TEST_CASE("threads: everybody makes the same hashes") {
    auto all = many<100>(numbered);
    router_affinity::IdHashes shared;
    std::vector<std::vector<int32_t>> choices(kThreads);
    together([&](int thread) {
        for (uint64_t key = 0; key < 500; ++key)
            choices[static_cast<size_t>(thread)].push_back(
                router_affinity::choose(Candidates(*all.table()), key, 1.25, shared));
    });
    for (const auto& chosen : choices) CHECK(chosen == choices[0]);
}
