// A pick asks for no memory, whatever the strategy.
#include <catch2/catch.hpp>

#include "router_affinity/rendezvous.h"
#include "router_cost/cost.h"
#include "router_latency/latency.h"
#include "router_least_busy/least_busy.h"
#include "router_peak_ewma/peak_ewma.h"
#include "router_usage/usage.h"
#include "support.h"

#include <atomic>
#include <cstdlib>
#include <new>

using namespace routers;
using sluice::Candidates;

namespace {

std::atomic<size_t> allocations{0};

}  // namespace

void* operator new(size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

TEST_CASE("memory: no pick allocates") {
    const auto busy = [](size_t i) {
        return Deployment(std::to_string(i)).busy(static_cast<uint32_t>(i % 5)).limited(100, 100);
    };
    const auto plain = many<100>(busy);
    const auto weighted = many<100>([&](size_t i) { return busy(i).weighing(i % 3 == 0 ? 2 : 1); });
    router_latency::Samples samples({3600, 10});
    for (uint32_t i = 0; i < 100; ++i) samples.add(i, {1.0 + i, -1}, 0);
    router_affinity::IdHashes ids;

    for (const auto* all : {&plain, &weighted}) {
        const Candidates candidates(*all->table());
        int32_t worst = 0;
        const size_t before = allocations;
        for (uint64_t i = 0; i < 100; ++i) {
            const uint64_t random = i * 0x9e3779b97f4a7c15;
            worst = std::min({worst, router_least_busy::choose(candidates, random),
                              router_cost::choose(candidates, random),
                              router_usage::choose(candidates, 10, random),
                              router_latency::choose(candidates, samples, {false, 0, 0.5, random}),
                              router_peak_ewma::choose(candidates, random),
                              router_affinity::choose(candidates, random, 1.25, ids),
                              router_affinity::leastBusy(candidates, random)});
        }
        CHECK(allocations == before);
        CHECK(worst == 0);
    }
    CHECK(allocations > 0);  // they are counted
}
