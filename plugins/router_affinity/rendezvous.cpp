#include "rendezvous.h"

#include <cmath>
#include <limits>

#include "hash.h"

namespace router_affinity {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

// As in simple-shuffle the first available one says whether weights count; those without one are 0 then.
class Weights {
public:
    explicit Weights(const sluice::Candidates& candidates) {
        const auto begin = candidates.begin();
        if (!(begin != candidates.end()) || !(*begin).weight()) return;
        double sum = 0;
        for (const auto candidate : candidates) sum += candidate.weight().value_or(0);
        set_ = sum > 0 && std::isfinite(sum);
    }
    bool set() const { return set_; }
    double of(const sluice::Candidate& candidate) const { return set_ ? candidate.weight().value_or(0) : 1; }

private:
    bool set_ = false;
};

// Lowest wins. With u uniform in (0, 1), -ln(u) / weight is lowest as often as the weight is of the sum.
class Ranking {
public:
    Ranking(uint64_t key, const Weights& weights, IdHashes& ids) : key_(key), weights_(weights), ids_(ids) {}
    double of(const sluice::Candidate& candidate) const {
        const uint64_t hash = hashOf(key_, ids_.of(candidate));
        const double u = (static_cast<double>(hash >> 11) + 0.5) * 0x1.0p-53;
        if (!weights_.set()) return 1 - u;  // the same order, without a logarithm
        const double weight = weights_.of(candidate);
        return weight > 0 ? -std::log(u) / weight : kNever;
    }

private:
    uint64_t key_;
    const Weights& weights_;
    IdHashes& ids_;
};

// Requests in flight, this one included, over the weights of those that share them.
struct Load {
    double requests = 1, weight = 0;
    void add(const sluice::Candidate& candidate, double its_weight) {
        requests += candidate.inFlight();
        weight += its_weight;
    }
    bool hasRoom(const sluice::Candidate& candidate, double its_weight, double factor) const {
        const double most = std::ceil(factor * requests * its_weight / weight);
        return static_cast<double>(candidate.inFlight()) + 1 <= most;
    }
};

}  // namespace

uint64_t IdHashes::of(const sluice::Candidate& candidate) {
    const auto number = candidate.deployment();
    if (!number || *number >= kRemembered) return hashOf(candidate.id(), 0);
    auto& known = hashes_[*number];
    uint64_t hash = known.load(std::memory_order_relaxed);
    if (hash == 0) {  // several threads may make it: they make the same
        hash = hashOf(candidate.id(), 0);
        known.store(hash, std::memory_order_relaxed);
    }
    return hash;
}

int32_t choose(const sluice::Candidates& candidates, uint64_t key, double load_factor, IdHashes& ids) {
    const Weights weights(candidates);
    const Ranking ranking(key, weights, ids);
    int32_t best = SLUICE_E_UNAVAILABLE;
    double best_rank = kNever;
    Load load;
    for (const auto candidate : candidates) {
        load.add(candidate, weights.of(candidate));
        const double rank = ranking.of(candidate);
        if (!(rank < best_rank)) continue;
        best_rank = rank;
        best = static_cast<int32_t>(candidate.index());
    }
    if (best < 0) return best;
    const sluice::Candidate first(candidates.raw(), static_cast<uint32_t>(best));
    if (load.hasRoom(first, weights.of(first), load_factor)) return best;
    // A second round only when it is over its part: somebody is under it.
    best_rank = kNever;
    for (const auto candidate : candidates) {
        const double rank = ranking.of(candidate);
        if (!(rank < best_rank) || !load.hasRoom(candidate, weights.of(candidate), load_factor)) continue;
        best_rank = rank;
        best = static_cast<int32_t>(candidate.index());
    }
    return best;
}

int32_t leastBusy(const sluice::Candidates& candidates, uint64_t random) {
    const Weights weights(candidates);
    int32_t best = SLUICE_E_UNAVAILABLE;
    double fewest = kNever, sum = 0;
    for (const auto candidate : candidates) {
        const double weight = weights.of(candidate);
        if (weight <= 0) continue;
        const double load = candidate.inFlight() / weight;
        if (load > fewest) continue;
        if (load < fewest) sum = 0;
        fewest = load;
        sum += weight;
        random = hashOf(random, kOdd1);
        if (static_cast<double>(random >> 11) * 0x1.0p-53 * sum < weight)
            best = static_cast<int32_t>(candidate.index());
    }
    return best;
}

}  // namespace router_affinity
