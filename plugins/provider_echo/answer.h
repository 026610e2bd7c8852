// What is answered, before a dialect gives it its shape.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "json.h"
#include "options.h"
#include "prompt.h"

namespace provider_echo {

struct Answer {
    std::string text;  // empty if a tool is called
    std::optional<ToolCall> call;
    bool cut = false;           // max_tokens was reached
    uint64_t input_tokens = 1;  // words, but at least 1: no upstream counts less
    uint64_t output_tokens = 1;
};

Answer answerTo(const Prompt& prompt, const Options& options);

/// Usage as chat completions and completions tell it.
Json chatUsage(const Answer& answer);

}  // namespace provider_echo
