// litellm_params.echo: what a deployment of this provider answers, and how fast.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace provider_echo {

struct ToolCall {
    std::string name;
    std::string arguments;  // JSON as text, which is how OpenAI sends it
};

struct Options {
    /// Milliseconds between two words of a stream. Default 0, at most 60,000.
    uint32_t pace_ms = 0;
    /// Milliseconds before the first word of a stream, or before an answer that is not streamed. Default 0,
    /// at most 600,000.
    uint32_t first_token_ms = 0;
    /// Said instead of the echo.
    std::optional<std::string> text;
    /// The answer is repeated, and then cut, to this many words. Default 0: as it is. At most 1,000,000.
    uint32_t words = 0;
    /// Called instead of answering, unless the last message is a tool's result: so that a client's loop comes
    /// to an end.
    std::optional<ToolCall> tool_call;
};

/// Throws ConfigError. `litellm_params` is JSON.
Options readOptions(std::string_view litellm_params);

}  // namespace provider_echo
