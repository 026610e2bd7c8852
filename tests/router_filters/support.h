// Deployments, and what is left of them, in as few words as a table of cases needs.
#pragma once

#include <string>
#include <vector>

#include <sluice/testing/fake_host.hpp>

#include "plugin.h"

namespace router_filters::tests {

using sluice::testing::FakeCandidate;
using sluice::testing::FakeCandidates;
using sluice::testing::FakeHost;
using sluice::testing::FakePlugin;
using sluice::testing::FakeRequest;

inline FakeCandidate deployment(std::string id, std::string params = "{}", std::string info = "{}") {
    FakeCandidate candidate;
    candidate.id = std::move(id);
    candidate.params = std::move(params);
    candidate.info = std::move(info);
    return candidate;
}

/// "a b": the ids that are still in the choice, by their numbers: a, b, c, …
inline std::string left(const FakeCandidates& candidates, size_t count) {
    std::string ids;
    for (uint32_t i = 0; i < count; ++i) {
        if (candidates.available(i))
            ids += (ids.empty() ? "" : " ") + std::string(1, static_cast<char>('a' + i));
    }
    return ids;
}

/// An attempt that has ended: its deployment, and the figures that go with it.
inline FakeRequest& ended(FakeRequest& request, const std::string& id, uint32_t number, int64_t outcome,
                          int64_t prompt_tokens = 0, int64_t completion_tokens = 0) {
    return request.withAttempt(id, "openai", "model")
        .withFigure(SLUICE_ATTEMPT_DEPLOYMENT, number)
        .withFigure(SLUICE_ATTEMPT_OUTCOME, outcome)
        .withFigure(SLUICE_ATTEMPT_PROMPT_TOKENS, prompt_tokens)
        .withFigure(SLUICE_ATTEMPT_COMPLETION_TOKENS, completion_tokens);
}

}  // namespace router_filters::tests
