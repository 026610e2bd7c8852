// How many tokens a request will use, before it has used them: from its size, from what it asks for at most,
// and from what earlier requests to the same model have used. What is reserved is the expected figure and not
// the worst one, so that a client with a large max_tokens does not lock itself out of its own budget.
#pragma once

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include <sluice/plugin.hpp>

#include "accounts/table.h"

namespace limits {

struct Estimate {
    uint64_t prompt = 0, completion = 0;  // tokens
    uint64_t bytes = 0;                   // of what the prompt was estimated from
};

class Estimates {
public:
    /// `first`: tokens of an answer while nothing is known of the model.
    explicit Estimates(int64_t first) : first_(static_cast<double>(first)) {}

    Estimate of(const sluice::Request& request);
    /// What it was in the end. [any]
    void learn(std::string_view model, const Estimate& estimate, uint64_t prompt, uint64_t completion);

private:
    // Moving averages; racing updates lose one of them, which does no harm.
    struct Known {
        std::atomic<double> completion{0};
        std::atomic<double> tokens_per_byte{0.25};
    };
    Known* find(std::string_view model, bool make);

    const double first_;
    std::shared_mutex mutex_;
    // Guarded by mutex_.
    std::unordered_map<std::string, std::unique_ptr<Known>, accounts::TextHash, std::equal_to<>> known_;
};

}  // namespace limits
