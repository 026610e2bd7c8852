#include "usage.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include <sluice/draw.hpp>

namespace router_usage {
namespace {

// What providers count as the prompt, in every dialect.
constexpr std::string_view kPromptMembers[] = {"messages", "system",       "prompt",
                                               "input",    "instructions", "tools"};
// OpenAI's rule of thumb for English, help.openai.com "What are tokens and how to count them?".
constexpr double kBytesPerToken = 4;

// Would this request be over what the deployment may have this minute?
bool atItsLimit(const sluice::Candidate& candidate, double input_tokens) {
    const auto rpm = candidate.rpm();
    if (rpm && static_cast<double>(candidate.requestsThisMinute()) + 1 > *rpm) return true;
    const auto tpm = candidate.tpm();
    if (!tpm) return false;
    const auto used = static_cast<double>(candidate.tokensThisMinute());
    if (used >= *tpm) return true;
    // The estimate takes an image for text; a prompt that the model takes at all has no more than this.
    const auto most = static_cast<double>(candidate.maxInputTokens());
    return used + (most > 0 ? std::min(input_tokens, most) : input_tokens) > *tpm;
}

}  // namespace

int32_t choose(const sluice::Candidates& candidates, double input_tokens, uint64_t random) {
    int32_t best = SLUICE_E_UNAVAILABLE;
    uint64_t fewest = std::numeric_limits<uint64_t>::max();
    sluice::Draw draw(random);
    for (const auto candidate : candidates) {
        const uint64_t tokens = candidate.tokensThisMinute();
        if (tokens > fewest) continue;
        if (atItsLimit(candidate, input_tokens)) {
            if (best < 0) best = SLUICE_E_LIMIT;
            continue;
        }
        if (tokens < fewest) draw.restart();
        fewest = tokens;
        if (draw.takes()) best = static_cast<int32_t>(candidate.index());
    }
    return best;
}

double inputTokens(sluice::Request request) {
    size_t bytes = 0;
    for (const auto name : kPromptMembers) {
        if (const auto json = request.member(name)) bytes += json->size();
    }
    return static_cast<double>(bytes) / kBytesPerToken;
}

}  // namespace router_usage
