#include "latency.h"

#include <algorithm>
#include <array>
#include <limits>

namespace router_latency {
namespace {

// Would one more request be over what it may have this minute?
bool atItsLimit(const sluice::Candidate& candidate) {
    const auto rpm = candidate.rpm();
    if (rpm && static_cast<double>(candidate.requestsThisMinute()) + 1 > *rpm) return true;
    const auto tpm = candidate.tpm();
    return tpm && static_cast<double>(candidate.tokensThisMinute()) >= *tpm;
}

// Calls see(index, average) for each that is available. Of a host that gives no numbers nothing is known.
// Rows are not read where the host tells numbers without them: most of them are too slow to be looked at
// again.
template <class See>
void eachAverage(const sluice::Candidates& candidates, Samples::View samples, See&& see) {
    if (!candidates.wide()) {
        for (const auto candidate : candidates) {
            const auto number = candidate.deployment();
            see(candidate.index(), number ? samples.average(*number) : 0);
        }
        return;
    }
    const uint64_t* available = candidates.availableBits();
    const uint32_t* deployments = candidates.deployments();
    for (uint32_t w = 0; w < candidates.words(); ++w) {
        for (uint64_t bits = available[w]; bits != 0; bits &= bits - 1) {
            const uint32_t i = w * 64 + static_cast<uint32_t>(__builtin_ctzll(bits));
            see(i, samples.average(deployments[i]));
        }
    }
}

// Those that may be good enough, from the one round in which the lowest is found.
class Shortlist {
public:
    explicit Shortlist(double buffer) : factor_(1 + buffer) {}

    /// False: it is too slow to count, whatever comes.
    bool admits(double latency) const { return latency <= admitted_; }
    void add(uint32_t index, double latency) {
        if (latency < lowest_) {
            lowest_ = latency;
            admitted_ = latency * factor_;
        }
        if (count_ == kKept && lowest_ < dropped_at_) dropTooSlow();
        if (count_ < kKept) kept_[count_++] = {latency, index};
    }
    /// One of them, each with the same chance; negative if there is none.
    int32_t draw(uint64_t random) {
        dropTooSlow();
        if (count_ == 0) return -1;
        return static_cast<int32_t>(kept_[((random >> 32) * count_) >> 32].index);
    }

private:
    // Of more than so many that are equally good the first ones have to do; hooks run on small stacks.
    static constexpr uint32_t kKept = 128;
    struct Entry {
        double latency;
        uint32_t index;
    };

    void dropTooSlow() {
        const auto* end = std::remove_if(kept_.begin(), kept_.begin() + count_,
                                         [this](const Entry& entry) { return !admits(entry.latency); });
        count_ = static_cast<uint32_t>(end - kept_.begin());
        dropped_at_ = lowest_;
    }

    double factor_;
    double lowest_ = std::numeric_limits<double>::infinity();
    double admitted_ = lowest_;  // up to that one is good enough
    double dropped_at_ = lowest_;
    uint32_t count_ = 0;
    std::array<Entry, kKept> kept_;  // the first count_ are filled in
};

}  // namespace

std::optional<Samples::Sample> sampleOf(const Ending& ending) {
    if (ending.timed_out) return Samples::Sample{kTimeoutPenalty, ending.stream ? kTimeoutPenalty : -1};
    if (!ending.ok || !ending.duration_us) return std::nullopt;
    const int64_t tokens = ending.completion_tokens.value_or(0);
    const double share = 1e-6 / static_cast<double>(tokens > 0 ? tokens : 1);
    Samples::Sample sample{static_cast<double>(*ending.duration_us) * share, -1};
    if (ending.stream && ending.first_byte_us)
        sample.first_token = static_cast<double>(*ending.first_byte_us) * share;
    return sample;
}

int32_t choose(const sluice::Candidates& candidates, Samples& samples, const Question& q) {
    Shortlist shortlist(q.buffer);
    int32_t nobody = SLUICE_E_UNAVAILABLE;
    eachAverage(candidates, samples.at(q.now_ms, q.stream), [&](uint32_t i, double latency) {
        if (!shortlist.admits(latency)) return;
        if (atItsLimit(sluice::Candidate(candidates.raw(), i))) {
            nobody = SLUICE_E_LIMIT;
        } else {
            shortlist.add(i, latency);
        }
    });
    const int32_t chosen = shortlist.draw(q.random);
    return chosen < 0 ? nobody : chosen;
}

}  // namespace router_latency
