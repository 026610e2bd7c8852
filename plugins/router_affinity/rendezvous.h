// consistent-hash: the same key goes to the same deployment, and when deployments come or go only the keys of
// those move.
// Source: Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates" (1998), with weights
// after Schindelhauer and Schomaker (2005), and bounded loads after Mirrokni, Thorup and Zadimoghaddam
// (2018).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include <sluice/candidates.hpp>

namespace router_affinity {

/// Hashes of the deployments' ids, each made once. The id and not the number: that one changes with the
/// configuration's order. Numbers from kRemembered on are hashed each time. [any]
class IdHashes {
public:
    uint64_t of(const sluice::Candidate& candidate) {
        const auto number = candidate.deployment();
        if (!number || *number >= kRemembered) return make(candidate);
        const uint64_t known = hashes_[*number].load(std::memory_order_relaxed);
        return known != 0 ? known : remember(*number, make(candidate));
    }

private:
    static uint64_t make(const sluice::Candidate& candidate);
    // Several threads may make one at once: they make the same.
    uint64_t remember(uint32_t number, uint64_t hash) {
        hashes_[number].store(hash, std::memory_order_relaxed);
        return hash;
    }

    static constexpr uint32_t kRemembered = 4096;
    std::array<std::atomic<uint64_t>, kRemembered> hashes_{};  // 0: not made yet
};

/// Index of the choice, SLUICE_E_UNAVAILABLE if there is none to choose from. A deployment may have up to
/// load_factor times its fair part of the requests in flight; who has, is passed over for the next best.
/// Allocates nothing.
int32_t choose(const sluice::Candidates& candidates, uint64_t key, double load_factor, IdHashes& ids);

/// For requests without a key: the fewest in flight, by weight; of equal ones a random one.
int32_t leastBusy(const sluice::Candidates& candidates, uint64_t random);

}  // namespace router_affinity
