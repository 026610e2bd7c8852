// A routing strategy with one method to write.
//
//   struct LeastTokens : sluice::Strategy {
//       LeastTokens(std::string_view, sluice::Host) {}
//       double score(const sluice::Candidate& c) override { return -c.tpm().value_or(0); }
//   };
//   SLUICE_PLUGIN(LeastTokens, R"({"id":"least_tokens","version":"1.0.0","abi":1,
//     "interfaces":["sluice.router/1"],"strategies":["least-tokens"]})")
//
// and in the configuration: router_settings: {routing_strategy: least-tokens}.
//
// The lowest score wins. Of equal ones the one with the fewest requests in flight, of those the first: a
// strategy that says the same of all is "the least busy". Infinity is the last resort, NaN is "not this one".
//
// Called once an attempt, on the loops' threads, of several requests at the same time: it allocates little,
// waits for nobody, and guards what it changes. Deployments that were tried are not asked about again.
#pragma once

#include <cmath>

#include <sluice/candidates.hpp>
#include <sluice/plugin.hpp>

namespace sluice {

class Strategy {
public:
    virtual ~Strategy() = default;

    /// Lower is better. [loop]
    virtual double score(const Candidate& /*candidate*/) { return 0; }

    /// Instead of score(), where one candidate cannot be judged without the others or without the request:
    /// the index() of one of them, or a negative sluice_status. [loop]
    virtual int32_t choose(Request /*request*/, const Candidates& candidates) { return lowest(candidates); }

    /// What the SDK calls.
    int32_t pick(Request request, const sluice_candidates& candidates) {
        return choose(request, Candidates(candidates));
    }

protected:
    Strategy() = default;
    Strategy(const Strategy&) = delete;
    Strategy& operator=(const Strategy&) = delete;

    /// Index of the lowest score; SLUICE_E_UNAVAILABLE if no candidate will do.
    int32_t lowest(const Candidates& candidates) {
        int32_t best = SLUICE_E_UNAVAILABLE;
        double best_score = 0;
        uint32_t best_in_flight = 0;
        for (const auto candidate : candidates) {
            const double its_score = score(candidate);
            if (std::isnan(its_score)) continue;
            const bool tie = best >= 0 && !(its_score < best_score) && !(best_score < its_score);
            if (best >= 0 && !(its_score < best_score) && !(tie && candidate.inFlight() < best_in_flight))
                continue;
            best = static_cast<int32_t>(candidate.index());
            best_score = its_score;
            best_in_flight = candidate.inFlight();
        }
        return best;
    }
};

}  // namespace sluice
