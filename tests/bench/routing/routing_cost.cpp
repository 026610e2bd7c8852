// What a pick costs: nanoseconds with 2, 10 and 100 deployments, JSON on its output; or so many picks of one
// strategy and nothing else, for a tool that counts instructions.
//   routing_cost
//   routing_cost STRATEGY DEPLOYMENTS PICKS
#include "strategies.hpp"

#include "routers/support.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <string>

namespace routing {
namespace {

// The fastest of many short rounds: what a pick takes while nobody else wants the processor.
constexpr int kPicks = 1'000;
constexpr int kRounds = 500;

// Different enough that no branch is always the same.
routers::Deployment deployment(size_t i, bool weighed) {
    routers::Deployment made("deployment-" + std::to_string(i));
    made.busy(static_cast<uint32_t>(i * 7 % 5 + 3)).answering(200'000 + i * 7919 % 1000 * 1000);
    made.limited(1e6, 1e9).used(i * 13 % 11, i * 17 % 101);
    made.priced(static_cast<double>(i % 4 + 1) * 1e-6, static_cast<double>(i % 3 + 1) * 1e-6);
    if (weighed) made.weighing(static_cast<double>(i % 3 + 1));
    return made;
}

routers::FakeCandidates deployments(size_t count, bool weighed) {
    const auto make = [weighed](size_t i) { return deployment(i, weighed); };
    if (count == 2) return routers::many<2>(make);
    if (count == 10) return routers::many<10>(make);
    return routers::many<100>(make);
}

// Returns what keeps the compiler from leaving the picks out.
int64_t picks(Strategy& strategy, const sluice_candidates& candidates, int count) {
    uint64_t random = 88172645463325252;
    int64_t sum = 0;
    for (int i = 0; i < count; ++i) {
        random ^= random << 13;  // xorshift64: one that costs next to nothing
        random ^= random >> 7;
        random ^= random << 17;
        sum += strategy.pick(candidates, {random, 1'000, random >> 20, 50});
    }
    return sum;
}

// Every deployment has been seen: an average for each, and the hashes are made.
void warm(Strategy& strategy, const sluice_candidates& candidates) {
    for (uint32_t i = 0; i < candidates.count; ++i) {
        for (int64_t round = 0; round < 10; ++round)
            strategy.ended({i, 0, 900'000 + i * 5'000 + round, 300'000, 100, false});
    }
    (void)picks(strategy, candidates, 100);
}

double nanoseconds(Strategy& strategy, const sluice_candidates& candidates) {
    warm(strategy, candidates);
    double best = std::numeric_limits<double>::infinity();
    int64_t sum = 0;
    for (int round = 0; round < kRounds; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        sum += picks(strategy, candidates, kPicks);
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
        best = std::min(best, took.count() / kPicks);
    }
    return sum == -1 ? 0 : best;
}

void printAll() {
    std::printf("[");
    bool first = true;
    for (const bool weighed : {false, true}) {
        for (auto& [name, strategy] : allStrategies()) {
            for (const size_t count : {2, 10, 100}) {
                const auto candidates = deployments(count, weighed);
                std::printf(
                    "%s\n  {\"strategy\": \"%s\", \"weighed\": %s, \"deployments\": %zu, \"ns\": %.1f}",
                    first ? "" : ",", name.c_str(), weighed ? "true" : "false", count,
                    nanoseconds(*strategy, *candidates.table()));
                first = false;
            }
        }
    }
    std::printf("\n]\n");
}

int only(const std::string& wanted, size_t count, int how_many) {
    const auto candidates = deployments(count, false);
    for (auto& [name, strategy] : allStrategies()) {
        if (name != wanted) continue;
        warm(*strategy, *candidates.table());
        return picks(*strategy, *candidates.table(), how_many) == -1 ? 1 : 0;
    }
    std::fprintf(stderr, "there is no strategy %s\n", wanted.c_str());
    return 2;
}

}  // namespace
}  // namespace routing

int main(int argc, char** argv) {
    if (argc == 4) return routing::only(argv[1], std::stoul(argv[2]), std::stoi(argv[3]));
    routing::printAll();
    return 0;
}
