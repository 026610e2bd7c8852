#include "llm/usage.h"

#include <algorithm>

#include "llm/json_parser.h"

namespace sluice::llm {

using simdjson::dom::element;

namespace {

constexpr double kCostMax = 1e6;  // USD of one request: beyond it is nonsense

bool number(const element& object, const char* name, uint64_t& out) {
    return object[name].get(out) == simdjson::SUCCESS;
}

void mergeOpenAi(const element& usage, Usage& into) {
    // Chat, completions and embeddings say prompt/completion, responses and images say input/output.
    if (!number(usage, "prompt_tokens", into.prompt_tokens))
        (void)number(usage, "input_tokens", into.prompt_tokens);
    if (!number(usage, "completion_tokens", into.completion_tokens))
        (void)number(usage, "output_tokens", into.completion_tokens);
    for (const char* details : {"prompt_tokens_details", "input_tokens_details"}) {
        element object;
        if (usage[details].get(object) != simdjson::SUCCESS) continue;
        (void)number(object, "cached_tokens", into.cached_tokens);
        (void)number(object, "cache_write_tokens", into.cache_creation_tokens);  // OpenRouter
        (void)number(object, "audio_tokens", into.audio_prompt_tokens);
        (void)number(object, "image_tokens", into.image_prompt_tokens);
    }
    for (const char* details : {"completion_tokens_details", "output_tokens_details"}) {
        element object;
        if (usage[details].get(object) != simdjson::SUCCESS) continue;
        (void)number(object, "reasoning_tokens", into.reasoning_tokens);
        (void)number(object, "audio_tokens", into.audio_completion_tokens);
    }
    // openrouter.ai/docs/use-cases/usage-accounting, deepinfra.com/docs
    for (const char* name : {"cost", "estimated_cost"}) {
        double cost = 0;
        if (usage[name].get(cost) == simdjson::SUCCESS && cost >= 0 && cost < kCostMax)
            into.provider_cost = cost;
    }
    if (!number(usage, "total_tokens", into.total_tokens))
        into.total_tokens = into.prompt_tokens + into.completion_tokens;
}

void mergeAnthropic(const element& usage, Usage& into) {
    uint64_t input =
        into.prompt_tokens - std::min(into.prompt_tokens, into.cached_tokens + into.cache_creation_tokens);
    (void)number(usage, "input_tokens", input);
    (void)number(usage, "cache_read_input_tokens", into.cached_tokens);
    (void)number(usage, "cache_creation_input_tokens", into.cache_creation_tokens);
    element created;
    if (usage["cache_creation"].get(created) == simdjson::SUCCESS)
        (void)number(created, "ephemeral_1h_input_tokens", into.cache_creation_1h_tokens);
    (void)number(usage, "output_tokens", into.completion_tokens);
    into.prompt_tokens = input + into.cached_tokens + into.cache_creation_tokens;
    into.total_tokens = into.prompt_tokens + into.completion_tokens;
}

}  // namespace

void mergeUsage(const element& usage, Dialect dialect, Usage& into) {
    if (!usage.is_object()) return;
    into.known = true;
    if (dialect == Dialect::Anthropic) {
        mergeAnthropic(usage, into);
    } else {
        mergeOpenAi(usage, into);
    }
}

void addUsage(const Usage& more, Usage& to) {
    to.known |= more.known;
    to.estimated |= more.estimated;
    to.prompt_tokens += more.prompt_tokens;
    to.completion_tokens += more.completion_tokens;
    to.total_tokens += more.total_tokens;
    to.cached_tokens += more.cached_tokens;
    to.cache_creation_tokens += more.cache_creation_tokens;
    to.cache_creation_1h_tokens += more.cache_creation_1h_tokens;
    to.reasoning_tokens += more.reasoning_tokens;
    to.audio_prompt_tokens += more.audio_prompt_tokens;
    to.audio_completion_tokens += more.audio_completion_tokens;
    to.image_prompt_tokens += more.image_prompt_tokens;
    if (more.provider_cost) to.provider_cost = to.provider_cost.value_or(0) + *more.provider_cost;
}

Usage usageOfAnswer(std::string_view body, Dialect dialect) {
    Usage usage;
    element root, object;
    if (parseJson(body).get(root) != simdjson::SUCCESS) return usage;
    if (root["usage"].get(object) == simdjson::SUCCESS) {
        mergeUsage(object, dialect, usage);
    } else if (dialect == Dialect::Anthropic && number(root, "input_tokens", usage.prompt_tokens)) {
        usage.known = true;  // count_tokens answers with the bare number
        usage.total_tokens = usage.prompt_tokens;
    }
    return usage;
}

}  // namespace sluice::llm
