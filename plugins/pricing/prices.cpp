#include "prices.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <sluice/types.hpp>

#include "decimal.h"

namespace pricing {
namespace {

constexpr std::pair<std::string_view, Rate> kNames[] = {
    {"input_cost_per_token", kInput},
    {"output_cost_per_token", kOutput},
    {"cache_read_input_token_cost", kCacheRead},
    {"cache_creation_input_token_cost", kCacheWrite},
    {"cache_creation_input_token_cost_above_1hr", kCacheWrite1h},
    {"output_cost_per_reasoning_token", kReasoning},
    {"input_cost_per_audio_token", kAudioInput},
    {"output_cost_per_audio_token", kAudioOutput},
    {"input_cost_per_image_token", kImageInput},
    {"output_cost_per_image_token", kImageOutput},
};

// What else an entry may have: facts, and prices of what is not counted in tokens.
constexpr std::string_view kOthers[] = {
    "input_cost_per_image",
    "output_cost_per_image",
    "input_cost_per_second",
    "output_cost_per_second",
    "input_cost_per_character",
    "output_cost_per_character",
    "input_cost_per_query",
    "input_cost_per_pixel",
    "output_cost_per_pixel",
    "input_cost_per_video_per_second",
    "search_context_cost_per_query",
    "max_tokens",
    "max_input_tokens",
    "max_output_tokens",
    "output_vector_size",
    "litellm_provider",
    "mode",
    "source",
    "as_of",
    "deprecation_date",
    "base_model",
    "metadata",
};

struct Name {
    Rate rate = kRates;  // kRates: no price of tokens
    std::string_view service;
    int64_t above = 0;
};

bool takeSuffix(std::string_view& name, std::string_view suffix) {
    if (name.size() < suffix.size() || name.substr(name.size() - suffix.size()) != suffix) return false;
    name.remove_suffix(suffix.size());
    return true;
}

// "…_above_200k_tokens"
int64_t takeThreshold(std::string_view& name) {
    std::string_view rest = name;
    if (!takeSuffix(rest, "k_tokens")) return 0;
    const size_t digits = rest.find_last_not_of("0123456789");
    if (digits == std::string_view::npos || digits + 1 == rest.size() || rest.size() - digits > 7) return 0;
    int64_t thousands = 0;
    for (const char c : rest.substr(digits + 1)) thousands = thousands * 10 + (c - '0');
    rest = rest.substr(0, digits + 1);
    if (!takeSuffix(rest, "_above_")) return 0;
    name = rest;
    return thousands * 1000;
}

// input_cost_per_token_above_200k_tokens_priority: the name, the threshold, the service.
Name nameOf(std::string_view name) {
    Name out;
    for (const std::string_view service : {"flex", "priority", "batches"}) {
        std::string_view rest = name;
        if (!takeSuffix(rest, service) || !takeSuffix(rest, "_")) continue;
        out.service = service;
        name = rest;
        break;
    }
    out.above = takeThreshold(name);
    for (const auto& [known, rate] : kNames) {
        if (known == name) out.rate = rate;
    }
    return out;
}

Rates unknownRates() {
    Rates rates;
    rates.fill(-1);
    return rates;
}

// Of a provider that counts oddly, more parts than there is of the whole cost what they cost and no less.
int64_t without(int64_t whole, std::initializer_list<int64_t> parts) {
    for (const int64_t part : parts) whole -= part;
    return std::max<int64_t>(whole, 0);
}

}  // namespace

bool isTokenPrice(std::string_view name) { return nameOf(name).rate != kRates; }

bool isMember(std::string_view name) {
    return isTokenPrice(name) || name.substr(0, 9) == "supports_" || name.substr(0, 10) == "supported_" ||
           std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers);
}

Prices::Prices(const Members& members, const std::string& path) {
    sets_.push_back({"", 0, unknownRates()});
    for (const auto& [name, json] : members) {
        const Name known = nameOf(name);
        if (known.rate == kRates || json == "null") continue;
        const auto price = scaled(json, kPlaces);
        if (!price)
            throw sluice::ConfigError(path + "." + name + ": found " + json.substr(0, 40) +
                                      "; allowed: USD a token, a number from 0 to 9223");
        setFor(known.service, known.above).rates[known.rate] = *price;
    }
    std::stable_sort(sets_.begin(), sets_.end(), [](const RateSet& a, const RateSet& b) {
        return std::pair(!a.service.empty(), a.above) < std::pair(!b.service.empty(), b.above);
    });
}

RateSet& Prices::setFor(std::string_view service, int64_t above) {
    for (auto& set : sets_) {
        if (set.service == service && set.above == above) return set;
    }
    return sets_.emplace_back(RateSet{std::string(service), above, unknownRates()});
}

bool Prices::known() const {
    const Rates& base = sets_.front().rates;
    return base[kInput] >= 0 || base[kOutput] >= 0 || base[kImageOutput] >= 0;
}

Rates Prices::ratesFor(int64_t prompt_tokens, std::string_view service) const {
    Rates rates = unknownRates();
    for (const auto& set : sets_) {
        if (set.above > 0 && prompt_tokens <= set.above) continue;
        if (!set.service.empty() && set.service != service) continue;
        for (size_t i = 0; i < kRates; ++i) {
            if (set.rates[i] >= 0) rates[i] = set.rates[i];
        }
    }
    const auto orElse = [&rates](Rate rate, Rate other) {
        if (rates[rate] < 0) rates[rate] = rates[other];
    };
    if (rates[kInput] < 0) rates[kInput] = 0;
    orElse(kOutput, kImageOutput);
    if (rates[kOutput] < 0) rates[kOutput] = 0;
    for (const Rate rate : {kCacheRead, kCacheWrite, kAudioInput, kImageInput}) orElse(rate, kInput);
    orElse(kCacheWrite1h, kCacheWrite);
    for (const Rate rate : {kReasoning, kAudioOutput}) orElse(rate, kOutput);
    return rates;
}

int64_t costOf(const Prices& prices, const Usage& usage) {
    const Rates rates = prices.ratesFor(usage.prompt, usage.service);
    Wide sum = 0;
    const auto add = [&](int64_t tokens, Rate rate) {
        constexpr int64_t kTokensMax = 1'000'000'000'000;  // keeps the sum in bounds, whoever counts
        sum += static_cast<Wide>(std::clamp<int64_t>(tokens, 0, kTokensMax)) * rates[rate];
    };
    add(without(usage.prompt, {usage.cached, usage.cache_write, usage.audio_prompt, usage.image_prompt}),
        kInput);
    add(usage.cached, kCacheRead);
    add(without(usage.cache_write, {usage.cache_write_1h}), kCacheWrite);
    add(usage.cache_write_1h, kCacheWrite1h);
    add(usage.audio_prompt, kAudioInput);
    add(usage.image_prompt, kImageInput);
    add(without(usage.completion, {usage.reasoning, usage.audio_completion}), kOutput);
    add(usage.reasoning, kReasoning);
    add(usage.audio_completion, kAudioOutput);
    return divided(sum, kPerPico);
}

}  // namespace pricing
