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

// Of a host that gives no numbers nothing is known.
double latencyOf(const sluice::Candidate& candidate, const Samples& samples, const Question& q) {
    const auto deployment = candidate.deployment();
    return deployment ? samples.average(*deployment, q.stream, q.now_ms) : 0;
}

// Those that may be good enough, from the one round in which the lowest is found.
class Shortlist {
public:
    explicit Shortlist(double buffer) : factor_(1 + buffer) {}

    /// False: it is too slow to count, whatever comes.
    bool admits(double latency) const { return latency <= lowest_ * factor_; }
    void add(uint32_t index, double latency) {
        if (latency < lowest_) lowest_ = latency;
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

int32_t choose(const sluice::Candidates& candidates, const Samples& samples, const Question& q) {
    Shortlist shortlist(q.buffer);
    int32_t nobody = SLUICE_E_UNAVAILABLE;
    for (const auto candidate : candidates) {
        const double latency = latencyOf(candidate, samples, q);
        if (!shortlist.admits(latency)) continue;
        if (atItsLimit(candidate)) {
            nobody = SLUICE_E_LIMIT;
        } else {
            shortlist.add(candidate.index(), latency);
        }
    }
    const int32_t chosen = shortlist.draw(q.random);
    return chosen < 0 ? nobody : chosen;
}

}  // namespace router_latency
