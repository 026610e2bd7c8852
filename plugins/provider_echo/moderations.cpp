// Moderations: nothing is ever flagged. Source: platform.openai.com/docs/api-reference/moderations.
#include <array>

#include "reply.h"

namespace provider_echo {
namespace {

constexpr std::array kCategories{"harassment",
                                 "harassment/threatening",
                                 "hate",
                                 "hate/threatening",
                                 "illicit",
                                 "illicit/violent",
                                 "self-harm",
                                 "self-harm/instructions",
                                 "self-harm/intent",
                                 "sexual",
                                 "sexual/minors",
                                 "violence",
                                 "violence/graphic"};

Json clean() {
    Json categories, scores, applied;
    for (const char* category : kCategories) {
        categories[category] = false;
        scores[category] = 0.0;
        applied[category] = Json::array({"text"});
    }
    return {{"flagged", false},
            {"categories", categories},
            {"category_scores", scores},
            {"category_applied_input_types", applied}};
}

// A list of texts has a result for each; a list of parts is one input.
size_t resultsFor(const Json& input) {
    return input.is_array() && !input.empty() && input.front().is_string() ? input.size() : 1;
}

}  // namespace

sluice_status serveModerations(const Call& call) {
    const Json& input = member(call.body, "input");
    const bool given = input.is_string() || (input.is_array() && !input.empty());
    if (!given) return sendFault(call, {"Missing required parameter: 'input'.", "input"});
    Json results = Json::array();
    for (size_t i = 0; i < resultsFor(input); ++i) results.push_back(clean());
    return sendJson(call,
                    {{"id", "modr-" + call.id}, {"model", call.model}, {"results", std::move(results)}});
}

}  // namespace provider_echo
