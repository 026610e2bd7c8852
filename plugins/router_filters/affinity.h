// Affinity: a request goes where its session, its prompt's beginning, or its caller's key was served before,
// because the provider has that prompt in its cache there. Source:
// litellm/router_utils/pre_call_checks/{prompt_caching,deployment_affinity}_*check.py.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "affinity_table.h"
#include "choice.h"
#include "options.h"
#include "prompt.h"

namespace router_filters {

/// Hashes of what a request is known by, the model among it.
struct AffinityKeys {
    std::vector<uint64_t> ask;       // the first one that is known counts
    std::vector<uint64_t> remember;  // after success
};

/// Providers cache a prompt from 1,024 tokens on (OpenAI, Anthropic: "prompt caching").
constexpr uint64_t kCachedTokensMin = 1024;

/// The beginnings of a prompt: asked from the longest on. Remembered are the whole prompt, of which the next
/// turn of the conversation begins, and what other requests may share: up to the last cache_control, or all
/// but the last message. Shorter ones than 1,024 tokens are left out.
void addPromptKeys(const Prompt& prompt, std::string_view model, AffinityKeys& keys);
/// The session and the caller's key, as far as they are switched on and there.
void addSessionKey(const sluice::Request& request, AffinityKeys& keys);
void addCallerKey(const sluice::Request& request, AffinityKeys& keys);

/// [any thread]
class Affinity {
public:
    explicit Affinity(const Options& options) : options_(options) {}

    AffinityKeys keysOf(const sluice::Request& request, const Prompt& prompt) const;
    /// Pins the choice to the deployment that one of the keys knows, if it is among them. A miss leaves all.
    void prefer(const AffinityKeys& keys, int64_t now_ms, Choice& choice) const;
    void succeeded(const AffinityKeys& keys, const Served& served, int64_t now_ms);
    /// The next request chooses freely: a pin allows no retry elsewhere.
    void failed(const AffinityKeys& keys, const Served& served);

private:
    const Options& options_;
    AffinityTable table_;
};

}  // namespace router_filters
