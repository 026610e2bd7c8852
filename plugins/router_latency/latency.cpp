#include "latency.h"

#include <limits>

namespace router_latency {
namespace {

// One of equals, without a list of them: the n-th takes the place of the one before it once in n times.
class Draw {
public:
    explicit Draw(uint64_t random) : random_(random) {}
    void restart() { seen_ = 0; }
    bool takes() {
        ++seen_;
        random_ = random_ * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX
        return ((random_ >> 32) * seen_) >> 32 == 0;                      // its upper half is the good one
    }

private:
    uint64_t random_;
    uint64_t seen_ = 0;
};

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

struct Lowest {
    double latency = std::numeric_limits<double>::infinity();
    int32_t index = SLUICE_E_UNAVAILABLE;  // one of those that have it
};

Lowest findLowest(const sluice::Candidates& candidates, const Samples& samples, const Question& q) {
    Lowest lowest;
    Draw draw(q.random);
    for (const auto candidate : candidates) {
        const double latency = latencyOf(candidate, samples, q);
        if (latency > lowest.latency) continue;
        if (atItsLimit(candidate)) {
            if (lowest.index < 0) lowest.index = SLUICE_E_LIMIT;
            continue;
        }
        if (latency < lowest.latency) draw.restart();
        lowest.latency = latency;
        if (draw.takes()) lowest.index = static_cast<int32_t>(candidate.index());
    }
    return lowest;
}

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
    const Lowest lowest = findLowest(candidates, samples, q);
    // Without a buffer, or with 0 as the lowest, the equals are all that count.
    if (lowest.index < 0 || lowest.latency * q.buffer <= 0) return lowest.index;
    const double highest = lowest.latency * (1 + q.buffer);
    int32_t chosen = lowest.index;
    Draw draw(q.random);
    for (const auto candidate : candidates) {
        if (latencyOf(candidate, samples, q) > highest || atItsLimit(candidate)) continue;
        if (draw.takes()) chosen = static_cast<int32_t>(candidate.index());
    }
    return chosen;
}

}  // namespace router_latency
