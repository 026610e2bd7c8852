// Deployments in words, and how often each of them is chosen.
#pragma once

#include <sluice/testing/fake_host.hpp>

#include <random>
#include <utility>

namespace routers {

using sluice::testing::FakeCandidate;
using sluice::testing::FakeCandidates;
using sluice::testing::FakeHost;

/// FakeCandidates all{Deployment("a").weighing(3), Deployment("b").busy(2)};
struct Deployment : FakeCandidate {
    explicit Deployment(std::string name) { id = std::move(name); }
    Deployment& weighing(double value) {
        weight = value;
        return *this;
    }
    Deployment& busy(uint32_t requests) {
        in_flight = requests;
        return *this;
    }
    Deployment& limited(double requests, double tokens = -1) {  // negative: no limit
        rpm = requests;
        tpm = tokens;
        return *this;
    }
    Deployment& used(uint64_t requests, uint64_t tokens = 0) {
        requests_this_minute = requests;
        tokens_this_minute = tokens;
        return *this;
    }
    Deployment& priced(double input, double output) {
        input_cost = input;
        output_cost = output;
        return *this;
    }
    Deployment& answering(uint64_t us) {
        latency_us = us;
        return *this;
    }
    Deployment& reading(uint32_t tokens) {
        max_input_tokens = tokens;
        return *this;
    }
};

/// As many as the type says, deployment i as make(i).
template <class Make, size_t... I>
FakeCandidates many(Make&& make, std::index_sequence<I...>) {
    return {make(I)...};
}
template <size_t Count, class Make>
FakeCandidates many(Make&& make) {
    return many(std::forward<Make>(make), std::make_index_sequence<Count>());
}

/// How often choose(random) says each index, in so many rounds with a fixed seed. What is no index fails.
template <class Choose>
std::vector<int> tally(size_t count, int rounds, Choose&& choose) {
    std::mt19937_64 random(42);
    std::vector<int> counts(count);
    for (int i = 0; i < rounds; ++i) ++counts.at(static_cast<size_t>(choose(random())));
    return counts;
}

}  // namespace routers
