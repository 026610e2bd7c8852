// Tokens as the provider counted them, whatever its dialect calls them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "llm/operation.h"

namespace simdjson::dom {
class element;
}

namespace sluice::llm {

struct Usage {
    bool known = false;
    bool estimated = false;          // counted by us, of an answer that broke off before the provider told
    uint64_t prompt_tokens = 0;      // all input, cached included
    uint64_t completion_tokens = 0;  // all output, reasoning included
    uint64_t total_tokens = 0;
    uint64_t cached_tokens = 0;             // read from the provider's prompt cache
    uint64_t cache_creation_tokens = 0;     // written to it (Anthropic)
    uint64_t cache_creation_1h_tokens = 0;  // of these: to be kept for an hour (Anthropic)
    uint64_t reasoning_tokens = 0;
    uint64_t audio_prompt_tokens = 0, audio_completion_tokens = 0;  // of the others
    uint64_t image_prompt_tokens = 0;
    std::optional<double> provider_cost;  // USD, where the provider says it (OpenRouter, DeepInfra)
};

/// Merges a `usage` object into `into`. Anthropic counts cached input apart from input_tokens; here it is
/// part of prompt_tokens, as OpenAI has it. Members that are missing leave what was known.
void mergeUsage(const simdjson::dom::element& usage, Dialect dialect, Usage& into);

/// The sum of two answers'. What is known of one of them counts.
void addUsage(const Usage& more, Usage& to);

/// From a whole answer that is not streamed.
Usage usageOfAnswer(std::string_view body, Dialect dialect);

}  // namespace sluice::llm
