#include "world.hpp"

#include <algorithm>

namespace routing {
namespace {

constexpr double kPrefillSeconds = 0.3;  // of a prompt that is not cached
constexpr double kPrefillCached = 0.2;   // the part that is left of it with a warm cache
constexpr double kSecondsPerToken = 0.004;
constexpr double kKnee = 40;           // requests in flight that make answers take twice as long
constexpr double kCacheSeconds = 300;  // providers keep a prompt for about five minutes after its last use
constexpr double kEwmaSeconds = 10;    // as in the host
constexpr size_t kLiveSessions = 400;
constexpr double kLastTurn = 1.0 / 12;  // sessions have twelve turns on average

}  // namespace

const std::array<Model, kDeployments> kModels{{
    {"fast", 0.5, 5, 15},
    {"normal-1", 1, 2.5, 10},
    {"normal-2", 1, 2.5, 10},
    {"normal-3", 1, 2.5, 10},
    {"slow-1", 2, 0.5, 1.5},
    {"slow-2", 2, 0.5, 1.5},
    {"degrading", 1, 2.5, 10, 4},
    {"heavy-tail", 1, 2.5, 10, 1, 0.05},
}};

std::vector<Arrival> arrivals(uint64_t seed) {
    std::mt19937_64 random(seed);
    std::exponential_distribution<double> gap(kArrivalsPerSecond);
    std::lognormal_distribution<double> input(std::log(200), 0.8), output(std::log(100), 0.6);
    std::lognormal_distribution<double> noise(0, 0.25);
    std::uniform_real_distribution<double> unit(0, 1);
    std::vector<uint64_t> live(kLiveSessions);
    uint64_t last_session = 0;
    for (auto& session : live) session = ++last_session;
    std::vector<Arrival> all;
    for (double now = gap(random); now < kSeconds; now += gap(random)) {
        auto& session = live[random() % live.size()];
        all.push_back(
            {now, session, std::ceil(input(random)), std::ceil(output(random)), noise(random), unit(random)});
        if (unit(random) < kLastTurn) session = ++last_session;
    }
    return all;
}

Deployment::Answer Deployment::begin(const Arrival& arrival) {
    double factor = model_.speed * arrival.noise * (1 + in_flight_ / kKnee);
    if (arrival.at >= kDegradesFrom && arrival.at < kDegradesUntil) factor *= model_.degrades;
    if (arrival.tail < model_.tail_chance) factor *= 10;
    double& until = cached_until_[arrival.session];
    Answer answer{};
    answer.cached = until > arrival.at;
    answer.first_byte = factor * kPrefillSeconds * (answer.cached ? kPrefillCached : 1);
    answer.whole = answer.first_byte + factor * kSecondsPerToken * arrival.output_tokens;
    answer.timed_out = answer.whole > kTimeoutSeconds;
    answer.whole = std::min(answer.whole, kTimeoutSeconds);
    until = arrival.at + kCacheSeconds;
    ++in_flight_;
    ++requests_;
    return answer;
}

void Deployment::end(double now, const Arrival& arrival, const Answer& answer) {
    --in_flight_;
    observe(now, std::min(answer.first_byte, kTimeoutSeconds));
    if (!answer.timed_out) tokens_ += static_cast<uint64_t>(arrival.input_tokens + arrival.output_tokens);
}

void Deployment::observe(double now, double latency) {
    const double keep = std::exp(-(now - observed_at_) / kEwmaSeconds);
    ewma_ = latency > ewma_ ? latency : ewma_ * keep + latency * (1 - keep);
    observed_at_ = now;
}

}  // namespace routing
