// What each strategy makes of the same requests: a discrete-event simulation, JSON on its output.
//   routing_sim [SEED]
#include "world.hpp"

#include "routers/support.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <queue>

namespace routing {
namespace {

constexpr double kMinute = 60, kWindow = 30;  // seconds; a window is a point of the plot
constexpr double kRpm = 900, kTpm = 400'000;  // of each deployment

struct Pending {
    double at;
    size_t deployment;
    const Arrival* arrival;
    Deployment::Answer answer;
    bool operator<(const Pending& other) const { return at > other.at; }  // the earliest on top
};

/// What came out.
struct Result {
    std::vector<double> seconds, degraded;  // of all requests, of those while one was degraded
    std::vector<std::vector<double>> windows{static_cast<size_t>(kSeconds / kWindow)};
    std::array<double, kDeployments> requests{}, busy{};
    size_t cached = 0, refused = 0, timed_out = 0;
    double usd = 0;
};

class Simulation {
public:
    explicit Simulation(Strategy& strategy, uint64_t seed) : strategy_(strategy), random_(seed) {
        for (const auto& model : kModels) deployments_.emplace_back(model);
    }

    Result run(const std::vector<Arrival>& all) {
        for (const auto& arrival : all) {
            endUntil(arrival.at);
            turnMinutes(arrival.at);
            serve(arrival);
        }
        return std::move(result_);
    }

private:
    void endUntil(double now) {
        while (!pending_.empty() && pending_.top().at <= now) {
            const Pending done = pending_.top();
            pending_.pop();
            turnMinutes(done.at);
            deployments_[done.deployment].end(done.at, *done.arrival, done.answer);
            strategy_.ended({static_cast<uint32_t>(done.deployment), static_cast<int64_t>(done.at * 1e3),
                             static_cast<int64_t>(done.answer.whole * 1e6),
                             static_cast<int64_t>(done.answer.first_byte * 1e6),
                             static_cast<int64_t>(done.arrival->output_tokens), done.answer.timed_out});
        }
    }
    void turnMinutes(double now) {
        if (now < next_minute_) return;
        for (auto& deployment : deployments_) deployment.resetMinute();
        next_minute_ = (std::floor(now / kMinute) + 1) * kMinute;
    }
    int32_t pick(const Arrival& arrival) {
        const auto candidates = routers::many<kDeployments>([this](size_t i) {
            const Deployment& d = deployments_[i];
            routers::Deployment shown(d.model().name);
            return shown.busy(d.inFlight())
                .limited(kRpm, kTpm)
                .used(d.requests(), d.tokens())
                .priced(d.model().input * 1e-6, d.model().output * 1e-6)
                .answering(d.latencyUs());
        });
        return strategy_.pick(*candidates.table(), {random_(), static_cast<int64_t>(arrival.at * 1e3),
                                                    arrival.session, arrival.input_tokens});
    }
    void serve(const Arrival& arrival) {
        const int32_t choice = pick(arrival);
        if (choice < 0) {
            ++result_.refused;
            return;
        }
        const auto i = static_cast<size_t>(choice);
        const auto answer = deployments_.at(i).begin(arrival);
        pending_.push({arrival.at + answer.whole, i, &arrival, answer});
        count(i, arrival, answer);
    }
    void count(size_t i, const Arrival& arrival, const Deployment::Answer& answer) {
        result_.seconds.push_back(answer.whole);
        if (arrival.at >= kDegradesFrom && arrival.at < kDegradesUntil)
            result_.degraded.push_back(answer.whole);
        result_.windows.at(static_cast<size_t>(arrival.at / kWindow)).push_back(answer.whole);
        ++result_.requests[i];
        result_.busy[i] += answer.whole;
        result_.cached += answer.cached ? 1 : 0;
        result_.timed_out += answer.timed_out ? 1 : 0;
        const auto& model = kModels[i];
        result_.usd += (arrival.input_tokens * model.input + arrival.output_tokens * model.output) * 1e-6;
    }

    Strategy& strategy_;
    std::mt19937_64 random_;
    std::vector<Deployment> deployments_;
    std::priority_queue<Pending> pending_;
    double next_minute_ = kMinute;
    Result result_;
};

double percentileMs(std::vector<double> seconds, double part) {
    if (seconds.empty()) return 0;
    const auto at = static_cast<size_t>(part * static_cast<double>(seconds.size() - 1));
    std::nth_element(seconds.begin(), seconds.begin() + static_cast<ptrdiff_t>(at), seconds.end());
    return seconds[at] * 1e3;
}

// Standard deviation over mean.
double variation(const std::array<double, kDeployments>& values) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / kDeployments;
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / kDeployments) / mean;
}

void print(const std::string& name, const Result& r, size_t offered) {
    const auto served = static_cast<double>(r.seconds.size());
    std::printf("  {\"strategy\": \"%s\", \"p50_ms\": %.0f, \"p95_ms\": %.0f, \"p99_ms\": %.0f,\n",
                name.c_str(), percentileMs(r.seconds, 0.5), percentileMs(r.seconds, 0.95),
                percentileMs(r.seconds, 0.99));
    std::printf("   \"degraded_p95_ms\": %.0f, \"load_cv\": %.3f, \"cache_hits\": %.4f, \"refused\": %.4f,\n",
                percentileMs(r.degraded, 0.95), variation(r.busy), static_cast<double>(r.cached) / served,
                static_cast<double>(r.refused) / static_cast<double>(offered));
    std::printf("   \"timed_out\": %.5f, \"usd_per_1000\": %.3f,\n   \"shares\": {",
                static_cast<double>(r.timed_out) / served, r.usd / served * 1e3);
    for (size_t i = 0; i < kDeployments; ++i)
        std::printf("%s\"%s\": %.4f", i ? ", " : "", kModels[i].name, r.requests[i] / served);
    std::printf("},\n   \"p95_ms_by_window\": [");
    for (size_t i = 0; i < r.windows.size(); ++i)
        std::printf("%s%.0f", i ? ", " : "", percentileMs(r.windows[i], 0.95));
    std::printf("]}");
}

}  // namespace
}  // namespace routing

int main(int argc, char** argv) {
    const uint64_t seed = argc > 1 ? std::stoull(argv[1]) : 1;
    const auto all = routing::arrivals(seed);
    std::printf("{\"requests\": %zu, \"window_seconds\": %.0f, \"seconds\": %.0f, \"strategies\": [\n",
                all.size(), routing::kWindow, routing::kSeconds);
    bool first = true;
    for (auto& [name, strategy] : routing::allStrategies()) {
        std::printf("%s", first ? "" : ",\n");
        first = false;
        routing::print(name, routing::Simulation(*strategy, seed).run(all), all.size());
    }
    std::printf("\n]}\n");
    return 0;
}
