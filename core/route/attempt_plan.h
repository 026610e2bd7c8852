// What happens after an attempt has failed: another attempt in the same model group, a fallback to another
// group, or the end. One budget of retries for the whole request, so that retries never multiply with
// fallbacks. LiteLLM's order: fallbacks( retries( pick, call ) ); each retry picks anew.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/routing.h"
#include "route/failure.h"

namespace sluice::route {

/// Where a fallback goes, and what it changes in the body.
struct Target {
    std::string model;
    std::vector<std::pair<std::string, std::string>> members;  // name → JSON
};

/// What the client asks for in headers and body; it goes before the configuration.
struct Wishes {
    std::optional<uint32_t> num_retries;  // x-litellm-num-retries, or num_retries
    std::vector<Target> fallbacks;        // the body's `fallbacks`
    bool no_fallbacks = false;            // disable_fallbacks
};

class AttemptPlan {
public:
    /// `model`: as the client named it. Both outlive this object.
    AttemptPlan(const config::Routing& routing, const std::string& model, Wishes wishes);

    /// Where the attempt that failed stood.
    struct Situation {
        const std::string& group;
        std::optional<uint32_t> deployment_retries;  // litellm_params.num_retries
        bool others;                                 // the group has deployments that were not tried
        double failure_rate;                         // of the deployment, recently
        base::TimePoint now, deadline;
        enum class Hint { None, Retry, Fallback } hint = Hint::None;  // of a plugin
    };
    struct Next {
        enum class Kind { Retry, Fallback, GiveUp } kind = Kind::GiveUp;
        base::milliseconds wait{0};
        const Target* target = nullptr;
    };
    Next after(const Failure& failure, const Situation& at);
    /// The group has no deployment to send to.
    Next afterNone(const Failure& failure, const std::string& group);

    uint32_t retries() const { return retries_; }
    uint32_t fallbacks() const { return fallbacks_; }
    uint32_t maxRetries() const { return max_retries_; }

private:
    uint32_t allowedRetries(const Failure& failure, const Situation& at) const;
    std::optional<base::milliseconds> wait(const Failure& failure, const Situation& at) const;
    Next fallback(const Failure& failure, const std::string& group);
    const std::vector<std::string>* listFor(const Failure& failure, const std::string& group) const;
    bool enqueue(const Failure& failure, const std::string& group);

    const config::Routing& routing_;
    const std::string& model_;
    Wishes wishes_;
    std::vector<Target> queue_;  // never shrinks: what was handed out stays valid
    size_t next_ = 0;
    std::vector<std::string> visited_;
    uint32_t retries_ = 0, fallbacks_ = 0, max_retries_;
};

}  // namespace sluice::route
