// What the filters want to know of a deployment, read once from its litellm_params and model_info.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/candidates.hpp>

#include "spend.h"

namespace re2 {
class RE2;
}

namespace router_filters {

/// What a request may ask of a model, or'ed; see capability.h.
enum Capability : uint32_t {
    kVision = 1,
    kTools = 2,
    kJsonSchema = 4,
    kAudioInput = 8,
};

/// A limit of dollars and the counter that is held against it.
struct Budget {
    double limit = 0;
    Spend* spend = nullptr;  // the book's
    std::string what;        // "provider openai", for the reason
    bool crossed(int64_t now_ms) const { return spend->at(now_ms) >= limit; }
};

/// Constant once it is made, so that threads may share it.
struct Facts {
    Facts();
    ~Facts();
    Facts(const Facts&) = delete;
    Facts& operator=(const Facts&) = delete;

    bool has(std::string_view tag) const;
    /// Is it about this candidate?
    bool isOf(const sluice::Candidate& candidate) const {
        return candidate.id() == id && candidate.params().size() == params_size &&
               candidate.info().size() == info_size;
    }

    std::string id, provider;
    size_t params_size = 0, info_size = 0;
    uint64_t id_hash = 0;
    std::vector<std::string> tags;  // sorted
    bool is_default = false;        // one of them is "default"
    std::vector<std::unique_ptr<re2::RE2>> tag_regex;
    std::string region;                      // as regionKey() writes it; empty: not known
    uint32_t lacks = 0;                      // Capability: what model_info says no to
    double input_cost = 0, output_cost = 0;  // USD a token; not known is 0
    std::optional<Budget> provider_budget, own_budget;
};

/// Everything but the budgets. Adds to `faults` what is of the wrong kind and therefore ignored.
std::unique_ptr<Facts> readFacts(const sluice::Candidate& candidate, std::vector<std::string>& faults);

}  // namespace router_filters
