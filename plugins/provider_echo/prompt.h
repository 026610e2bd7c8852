// What a request asks, whatever dialect it is in: the part of it that an echo needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "json.h"

namespace provider_echo {

/// Why a request cannot be answered: what the real API would say.
struct Fault {
    std::string message;
    std::string param;
};

struct Prompt {
    std::string heard;          // the text of the last message of the user
    uint64_t words = 0;         // of all texts: messages of every role, system prompt, instructions
    uint64_t words_max = 0;     // max_tokens and its other names; 0: no limit
    bool answers_tool = false;  // the last message is a tool's result
};

/// platform.openai.com/docs/api-reference/chat: messages, max_completion_tokens, max_tokens.
std::optional<Fault> readChat(const Json& body, Prompt& prompt);
/// platform.openai.com/docs/api-reference/completions: prompt, max_tokens. Of several prompts the last is
/// heard.
std::optional<Fault> readCompletion(const Json& body, Prompt& prompt);
/// platform.openai.com/docs/api-reference/responses: input, instructions, max_output_tokens.
std::optional<Fault> readResponses(const Json& body, Prompt& prompt);
/// docs.anthropic.com/en/api/messages: messages, system, max_tokens, which is required but for counting.
std::optional<Fault> readMessages(const Json& body, bool counting, Prompt& prompt);

}  // namespace provider_echo
