// The simulated world: deployments that differ, requests that arrive by chance, and time that is counted, not
// waited for. Every strategy gets the same requests, with the same luck.
#pragma once

#include "strategies.hpp"

#include <array>
#include <cmath>
#include <map>
#include <random>

namespace routing {

constexpr size_t kDeployments = 8;
constexpr double kSeconds = 900;
constexpr double kArrivalsPerSecond = 60;
constexpr double kDegradesFrom = 300, kDegradesUntil = 600;
constexpr double kTimeoutSeconds = 30;

/// What a deployment is like.
struct Model {
    const char* name;
    double speed;            // 2: an answer takes twice as long
    double input, output;    // USD a million tokens
    double degrades = 1;     // so much slower between kDegradesFrom and kDegradesUntil
    double tail_chance = 0;  // this part of the answers takes ten times as long
};
extern const std::array<Model, kDeployments> kModels;

/// A request as it arrives, with the luck that it will have wherever it goes.
struct Arrival {
    double at;
    uint64_t session;
    double input_tokens, output_tokens;
    double noise, tail;  // a factor near 1; uniform in [0, 1)
};
std::vector<Arrival> arrivals(uint64_t seed);

/// A deployment at work.
class Deployment {
public:
    explicit Deployment(const Model& model) : model_(model) {}

    struct Answer {
        double first_byte, whole;  // seconds
        bool cached, timed_out;
    };
    /// Takes the request in; end() is to follow at arrival.at + Answer::whole.
    Answer begin(const Arrival& arrival);
    void end(double now, const Arrival& arrival, const Answer& answer);
    /// A new minute begins.
    void resetMinute() { requests_ = tokens_ = 0; }

    const Model& model() const { return model_; }
    uint32_t inFlight() const { return in_flight_; }
    uint64_t requests() const { return requests_; }
    uint64_t tokens() const { return tokens_; }
    uint64_t latencyUs() const { return static_cast<uint64_t>(ewma_ * 1e6); }

private:
    void observe(double now, double latency);

    const Model& model_;
    uint32_t in_flight_ = 0;
    uint64_t requests_ = 0, tokens_ = 0;
    double ewma_ = 0, observed_at_ = 0;
    std::map<uint64_t, double> cached_until_;  // by session
};

}  // namespace routing
