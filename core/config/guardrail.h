// What makes an instance of a plugin a guardrail: an entry of `guardrails`, with LiteLLM's keys. See
// docs/guardrails.md.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/tree.h"

namespace sluice::config {

/// The values of SLUICE_GUARD_…: bits.
enum GuardMode : uint32_t { kPreCall = 1, kDuringCall = 2, kPostCall = 4, kLoggingOnly = 8 };

struct Guard {
    std::string name;                                      // guardrail_name
    std::string kind;                                      // litellm_params.guardrail
    uint32_t modes = 0;                                    // GuardMode, or'ed; of `default` if there are tags
    std::vector<std::pair<std::string, uint32_t>> by_tag;  // modes for requests with that tag
    bool default_on = false;
    bool mandatory = false;
    bool shadow = false;
    bool refuses = false;         // on_block: refusal
    std::string refusal_message;  // empty: what the guardrail says
    Json info;                    // guardrail_info
    Json params;                  // litellm_params as they stand there, secrets as handles

    /// All modes that any request can be guarded in.
    uint32_t anyModes() const;
};

/// "pre_call", "during_call", …
std::vector<std::string_view> modeNames(uint32_t modes);

}  // namespace sluice::config
