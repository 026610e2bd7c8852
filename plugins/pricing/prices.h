// What a model costs, by the names that LiteLLM gives the prices, and what an answer costs by it.
// Source of the names: model_prices_and_context_window.json, docs.litellm.ai/docs/proxy/custom_pricing.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pricing {

/// The members of an entry as JSON text, by name. What is no price (max_input_tokens, mode, source) is kept,
/// too.
using Members = std::map<std::string, std::string, std::less<>>;

enum Rate : size_t {
    kInput,
    kOutput,
    kCacheRead,     // missing: as input
    kCacheWrite,    // for five minutes; missing: as input
    kCacheWrite1h,  // missing: as kCacheWrite
    kReasoning,     // missing: as output
    kAudioInput,    // missing: as input
    kAudioOutput,   // missing: as output
    kImageInput,    // missing: as input
    kImageOutput,   // of a model that has no other price of output
    kRates
};

inline constexpr int kPlaces = 15;  // prices are held in 1e-15 USD a token, up to 9,223 USD
inline constexpr int64_t kPerPico = 1000;
using Rates = std::array<int64_t, kRates>;  // -1: not known

/// Prices in force when the prompt is longer than `above` tokens, and for a service tier. Those that are not
/// known are the ones of the set before.
struct RateSet {
    std::string service;  // "", "flex", "priority", "batches"
    int64_t above = 0;
    Rates rates;
};

class Prices {
public:
    /// Throws sluice::ConfigError with `path` if a price is no number, or negative. Members that no price has
    /// are left alone.
    Prices(const Members& members, const std::string& path);

    /// Does it say anything about tokens? Prices by the second, the image or the character are none of ours.
    bool known() const;
    /// Those in force for a prompt of that many tokens.
    Rates ratesFor(int64_t prompt_tokens, std::string_view service) const;

private:
    RateSet& setFor(std::string_view service, int64_t above);

    std::vector<RateSet> sets_;  // in the order in which they apply
};

/// Is it a member of an entry, a price or a fact? For telling a misspelt one.
bool isMember(std::string_view name);
/// Is it a price of tokens, which Prices reads?
bool isTokenPrice(std::string_view name);

/// Of one answer, as sluice/host_attempt.h counts them: cached, written and other tokens are part of the
/// prompt's, reasoning and audio of the completion's.
struct Usage {
    int64_t prompt = 0, completion = 0;
    int64_t cached = 0, cache_write = 0, cache_write_1h = 0;
    int64_t reasoning = 0;
    int64_t audio_prompt = 0, audio_completion = 0;
    int64_t image_prompt = 0;
    std::string_view service;  // "flex" or "priority", as the request asked for
};

/// In 1e-12 USD, rounded half to even once, at the end; at most INT64_MAX.
int64_t costOf(const Prices& prices, const Usage& usage);

}  // namespace pricing
