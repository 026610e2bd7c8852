#include "window.h"

#include <set>

namespace router_filters {
namespace {

// Each limit once, the largest last; a group of a hundred deployments has few of them.
std::string limitsOf(Choice& choice) {
    std::set<uint32_t> limits;
    for (const auto& option : choice.options()) limits.insert(option.candidate.maxInputTokens());
    std::string text;
    for (const uint32_t limit : limits) text += (text.empty() ? "" : ", ") + std::to_string(limit);
    return text;
}

}  // namespace

bool windowMatters(const Choice& choice, uint64_t bytes) {
    return choice.smallestWindow() < bytes / Prompt::kBytesPerToken;
}

std::optional<Refused> filterByWindow(const Prompt& prompt, std::string_view model, Choice& choice) {
    if (!windowMatters(choice, prompt.text_bytes)) return std::nullopt;
    const auto fits = [&](const Option& o) {
        const uint32_t limit = o.candidate.maxInputTokens();
        return limit == 0 || limit >= prompt.tokens();
    };
    const auto reason = [&](const Option& o) {
        return "its context window of " + std::to_string(o.candidate.maxInputTokens()) +
               " tokens is too small";
    };
    if (choice.narrow(fits, reason)) return std::nullopt;
    return Refused{400,
                   "The prompt has about " + std::to_string(prompt.tokens()) +
                       " tokens, more than any deployment of the model " + std::string(model) +
                       " takes. Limits: " + limitsOf(choice),
                   "context_length_exceeded", "invalid_request_error"};
}

}  // namespace router_filters
