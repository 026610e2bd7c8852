// A refusal in the shape of a model's answer: what a client gets whose guardrails answer for the model
// instead of with an error. Shapes: platform.openai.com/docs/api-reference (chat, completions, responses and
// their streaming), docs.anthropic.com/en/api/messages and messages-streaming.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "llm/operation.h"

namespace sluice::llm {

struct Refusal {
    std::string_view id;  // of the call; goes into the answer's id
    std::string_view model;
    std::string_view text;
    int64_t created = 0;  // seconds since the Unix epoch
};

/// The whole answer, or the whole stream of events. Nothing for routes whose answers are no texts.
std::optional<std::string> refusalBody(const Refusal& refusal, Operation operation, bool stream);

}  // namespace sluice::llm
