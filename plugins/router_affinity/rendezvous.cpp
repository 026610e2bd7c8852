#include "rendezvous.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "hash.h"

namespace router_affinity {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
// So many are kept from the first round for a second one; hooks run on small stacks.
constexpr uint32_t kKept = 128;

// -log2(u) of a number in (0, 1), within 0.03 %: weights are as exact as that. An own one because it is four
// times as fast as std::log and the same on every gateway, whatever its C library.
double negativeLog2(double u) {
    uint64_t bits = 0;
    std::memcpy(&bits, &u, sizeof bits);
    const auto exponent = static_cast<double>(static_cast<int64_t>(bits >> 52) - 1023);
    bits = (bits & 0xfffffffffffffu) | 0x3ff0000000000000u;
    double x = 0;
    std::memcpy(&x, &bits, sizeof x);
    x -= 1;  // log2(1 + x) for x in [0, 1), exact at both ends; the rest is fitted at Chebyshev's points
    const double curve = 0.44242 + x * (-0.26958 + x * (0.15053 + x * -0.04487));
    return -(exponent + x + x * (1 - x) * curve);
}

// With u uniform in (0, 1), -log(u) / weight is lowest as often as the weight is of the sum.
double rankByWeight(uint64_t hash, double weight) {
    const auto u = (static_cast<double>(hash >> 11) + 0.5) * 0x1.0p-53;
    return weight > 0 ? negativeLog2(u) / weight : kNever;
}
// The same order where all weigh the same, without a logarithm.
double rankOf(uint64_t hash) { return static_cast<double>(static_cast<int64_t>(~hash >> 1)); }

struct Entry {
    uint64_t id;          // its hash
    double weight, rank;  // the lowest rank wins
    uint32_t in_flight, index;
};

constexpr auto kEverybody = [](const Entry&) { return true; };

// The key's view of everybody who is available, in blocks of kKept. Two loops a block, of which the second
// makes no calls, are faster than one.
class Survey {
public:
    Survey(const sluice::Candidates& candidates, uint64_t key, bool weighted, IdHashes& ids)
        : candidates_(candidates), key_(key), weighted_(weighted), ids_(ids) {
        lookAtAll(kEverybody);
    }
    uint32_t count() const { return count_; }
    double weight() const { return weight_; }

    int32_t best(double load_factor) {
        const double requests = static_cast<double>(in_flight_) + 1;  // with this one
        const double share = load_factor * requests / weight_;
        const auto has_room = [share](const Entry& entry) {
            return static_cast<double>(entry.in_flight) + 1 <= std::ceil(share * entry.weight);
        };
        const uint32_t favourite = best_.index;
        if (has_room(best_)) return static_cast<int32_t>(favourite);
        best_ = {0, 0, kNever, 0, favourite};  // somebody has room; if not by rounding, the favourite has
        if (count_ <= kKept) {
            for (uint32_t i = 0; i < count_; ++i) {
                if (kept_[i].rank < best_.rank && has_room(kept_[i])) best_ = kept_[i];
            }
        } else {
            lookAtAll(has_room);
        }
        return static_cast<int32_t>(best_.index);
    }

private:
    template <class Admits>
    void lookAtAll(const Admits& admits) {
        uint32_t kept = 0, count = 0;
        uint64_t in_flight = 0;
        double weight = 0;
        for (const auto candidate : candidates_) {
            if (kept == kKept) {
                rank(kept, admits);
                kept = 0;
            }
            Entry& entry = kept_[kept++];
            entry.id = ids_.of(candidate);
            entry.weight = weighted_ ? candidate.weight().value_or(0) : 1;
            entry.in_flight = candidate.inFlight();
            entry.index = candidate.index();
            ++count;
            in_flight += entry.in_flight;
            weight += entry.weight;
        }
        rank(kept, admits);
        count_ = count;
        in_flight_ = in_flight;
        weight_ = weight;
    }
    template <class Admits>
    void rank(uint32_t kept, const Admits& admits) {
        const Entry* best = &best_;
        for (uint32_t i = 0; i < kept; ++i) {
            Entry& entry = kept_[i];
            const uint64_t hash = hashOf(key_, entry.id);
            entry.rank = weighted_ ? rankByWeight(hash, entry.weight) : rankOf(hash);
            if (entry.rank < best->rank && admits(entry)) best = &entry;
        }
        best_ = Entry(*best);
    }

    const sluice::Candidates& candidates_;
    const uint64_t key_;
    const bool weighted_;
    IdHashes& ids_;
    uint32_t count_ = 0;
    uint64_t in_flight_ = 0;
    double weight_ = 0;
    Entry best_{0, 0, kNever, 0, 0};
    std::array<Entry, kKept> kept_;  // as many as are filled in
};

// As in simple-shuffle the first available one says whether weights count; those without one are 0 then.
bool haveWeights(const sluice::Candidates& candidates) {
    const auto begin = candidates.begin();
    return begin != candidates.end() && (*begin).weight();
}

}  // namespace

uint64_t IdHashes::make(const sluice::Candidate& candidate) { return hashOf(candidate.id(), 0); }

int32_t choose(const sluice::Candidates& candidates, uint64_t key, double load_factor, IdHashes& ids) {
    if (haveWeights(candidates)) {
        Survey survey(candidates, key, true, ids);
        // All are 0, or .inf in the configuration: nothing to weigh by.
        if (survey.weight() > 0 && std::isfinite(survey.weight())) return survey.best(load_factor);
    }
    Survey survey(candidates, key, false, ids);
    return survey.count() > 0 ? survey.best(load_factor) : SLUICE_E_UNAVAILABLE;
}

int32_t leastBusy(const sluice::Candidates& candidates, uint64_t random) {
    const bool weighted = haveWeights(candidates);
    int32_t best = SLUICE_E_UNAVAILABLE;
    double fewest = kNever, sum = 0;
    for (const auto candidate : candidates) {
        const double weight = weighted ? candidate.weight().value_or(0) : 1;
        // Who weighs 0 is the last resort, should there be nobody else.
        if (weight <= 0 && best >= 0) continue;
        const double load = weight > 0 ? candidate.inFlight() / weight : kNever;
        if (load > fewest) continue;
        if (load < fewest) sum = 0;
        fewest = load;
        sum += weight;
        random = hashOf(random, kOdd1);
        if (static_cast<double>(random >> 11) * 0x1.0p-53 * sum <= weight)
            best = static_cast<int32_t>(candidate.index());
    }
    return best;
}

}  // namespace router_affinity
