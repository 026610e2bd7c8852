// Prompt caching for clients that do not ask for it: cache_control is put where the configuration says,
// LiteLLM's cache_control_injection_points. What a client has marked itself stays as it is, and no request
// gets more than the four marks that Anthropic allows. Source:
// docs.anthropic.com/en/docs/build-with-claude/prompt-caching, docs.litellm.ai/docs/tutorials/prompt_caching.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/request.hpp>

namespace provider_anthropic {

class Breakpoints {
public:
    Breakpoints() = default;
    /// `params` is litellm_params. Throws ConfigError with the key's path.
    explicit Breakpoints(std::string_view params);

    /// Marks the attempt's body; every byte that is not a mark, or a text that becomes a list for its sake,
    /// stays. [loop]
    void mark(const sluice::Attempt& attempt) const;

private:
    struct Point {
        enum class Where { System, Tools, Message } where;
        std::string role;          // of messages: the last one of it; empty: of any
        std::optional<int> index;  // from the front, or, negative, from the end
        std::string control;       // JSON
    };
    static std::string markedMessages(std::string_view list, const Point& point);

    std::vector<Point> points_;
};

/// The text or list of blocks with a mark at its last block that takes one; empty if there is none, or if
/// that has a mark already.
std::string markedContent(std::string_view content, std::string_view control);

}  // namespace provider_anthropic
