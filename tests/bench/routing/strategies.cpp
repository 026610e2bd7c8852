#include "strategies.hpp"

#include <utility>

#include "router_affinity/hash.h"
#include "router_affinity/rendezvous.h"
#include "router_cost/cost.h"
#include "router_latency/latency.h"
#include "router_least_busy/least_busy.h"
#include "router_peak_ewma/peak_ewma.h"
#include "router_simple_shuffle/shuffle.h"
#include "router_usage/usage.h"

namespace routing {
namespace {

using sluice::Candidates;

// One that remembers nothing.
template <class Choose>
class Stateless final : public Strategy {
public:
    explicit Stateless(Choose choose) : choose_(std::move(choose)) {}
    int32_t pick(const sluice_candidates& candidates, const Ask& ask) override {
        return choose_(candidates, ask);
    }

private:
    Choose choose_;
};
template <class Choose>
std::unique_ptr<Strategy> stateless(Choose choose) {
    return std::make_unique<Stateless<Choose>>(std::move(choose));
}

class LatencyBased final : public Strategy {
public:
    explicit LatencyBased(double buffer) : buffer_(buffer) {}
    int32_t pick(const sluice_candidates& candidates, const Ask& ask) override {
        return router_latency::choose(Candidates(candidates), samples_,
                                      {false, ask.now_ms, buffer_, ask.random});
    }
    void ended(const Ended& how) override {
        const auto sample = router_latency::sampleOf({!how.timed_out, how.timed_out, false, how.duration_us,
                                                      how.first_byte_us, how.completion_tokens});
        if (sample) samples_.add(how.deployment, *sample, how.now_ms);
    }

private:
    double buffer_;
    router_latency::Samples samples_{{3600, 10}};
};

class ConsistentHash final : public Strategy {
public:
    explicit ConsistentHash(double load_factor) : load_factor_(load_factor) {}
    int32_t pick(const sluice_candidates& candidates, const Ask& ask) override {
        const uint64_t key = router_affinity::hashOf(ask.session, 1);
        return router_affinity::choose(Candidates(candidates), key, load_factor_, ids_);
    }

private:
    double load_factor_;
    router_affinity::IdHashes ids_;
};

}  // namespace

std::vector<NamedStrategy> allStrategies() {
    std::vector<NamedStrategy> all;
    const auto add = [&all](std::string name, std::unique_ptr<Strategy> strategy) {
        all.push_back({std::move(name), std::move(strategy)});
    };
    add("simple-shuffle", stateless([](const sluice_candidates& candidates, const Ask& ask) {
            return router_simple_shuffle::choose(candidates, ask.random);
        }));
    add("least-busy", stateless([](const sluice_candidates& candidates, const Ask& ask) {
            return router_least_busy::choose(Candidates(candidates), ask.random);
        }));
    add("peak-ewma", stateless([](const sluice_candidates& candidates, const Ask& ask) {
            return router_peak_ewma::choose(Candidates(candidates), ask.random);
        }));
    add("consistent-hash", std::make_unique<ConsistentHash>(1.25));
    add("consistent-hash, factor 2", std::make_unique<ConsistentHash>(2));
    add("latency-based-routing", std::make_unique<LatencyBased>(0));
    add("latency-based, buffer 0.5", std::make_unique<LatencyBased>(0.5));
    add("usage-based-routing", stateless([](const sluice_candidates& candidates, const Ask& ask) {
            return router_usage::choose(Candidates(candidates), 0, ask.random);
        }));
    add("usage-based-routing-v2", stateless([](const sluice_candidates& candidates, const Ask& ask) {
            return router_usage::choose(Candidates(candidates), ask.input_tokens, ask.random);
        }));
    add("cost-based-routing", stateless([](const sluice_candidates& candidates, const Ask& ask) {
            return router_cost::choose(Candidates(candidates), ask.random);
        }));
    return all;
}

}  // namespace routing
