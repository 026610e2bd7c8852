// What is added to a provider's price, or taken off it: LiteLLM's cost_discount_config and
// cost_margin_config, docs.litellm.ai/docs/proxy/provider_discounts and provider_margins.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace pricing {

struct Margin {
    int64_t share = 0;       // in billionths of the cost
    int64_t fixed_pico = 0;  // 1e-12 USD an answer
};

class Adjustments {
public:
    Adjustments() = default;
    /// {"openai": 0.05}: shares from 0 to 1. {"openai": 0.1, "global": {"percentage": 0.05, "fixed_amount":
    /// 0.001}}: from 0. Empty: none. Throws sluice::ConfigError.
    Adjustments(std::string_view discounts_json, std::string_view margins_json);

    /// 1e-12 USD. First the discount, then the margin on what is left; "global" is for providers that have no
    /// margin of their own.
    int64_t apply(std::string_view provider, int64_t pico_usd) const;
    /// The discount alone.
    int64_t discounted(std::string_view provider, int64_t pico_usd) const;

private:
    std::map<std::string, int64_t, std::less<>> discounts_;  // billionths
    std::map<std::string, Margin, std::less<>> margins_;
};

}  // namespace pricing
