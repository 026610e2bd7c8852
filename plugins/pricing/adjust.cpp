#include "adjust.h"

#include <algorithm>

#include <sluice/json.hpp>
#include <sluice/types.hpp>

#include "decimal.h"

namespace pricing {
namespace {

using sluice::ConfigError;
using sluice::JsonObject;

constexpr int kSharePlaces = 9, kPicoPlaces = 12;
constexpr int64_t kWhole = 1'000'000'000;

JsonObject objectAt(std::string_view json, const std::string& path) {
    JsonObject object(json.empty() ? "{}" : json);
    if (!object.object()) throw ConfigError(path + ": found no object; allowed: provider: share");
    return object;
}

int64_t shareAt(std::string_view json, const std::string& path, int64_t most) {
    const auto share = scaled(json, kSharePlaces);
    if (!share || *share > most)
        throw ConfigError(path + ": found " + std::string(json.substr(0, 40)) + "; allowed: a number from 0" +
                          (most == kWhole ? " to 1" : "") + ", 0.05 for five percent");
    return *share;
}

Margin marginAt(std::string_view json, const std::string& path) {
    const JsonObject object(json);
    if (!object.object()) return {shareAt(json, path, 1000 * kWhole), 0};
    Margin margin;
    for (const auto name : object.names()) {
        const auto value = *object.member(name);
        const std::string at = path + "." + std::string(name);
        if (name == "percentage") {
            margin.share = shareAt(value, at, 1000 * kWhole);
        } else if (name == "fixed_amount") {
            const auto pico = scaled(value, kPicoPlaces);
            if (!pico) throw ConfigError(at + ": allowed: USD, a number from 0");
            margin.fixed_pico = *pico;
        } else {
            throw ConfigError(at + ": there is no such key; allowed: percentage, fixed_amount");
        }
    }
    return margin;
}

}  // namespace

Adjustments::Adjustments(std::string_view discounts_json, std::string_view margins_json) {
    const JsonObject discounts = objectAt(discounts_json, "cost_discount_config");
    for (const auto name : discounts.names())
        discounts_[std::string(name)] =
            shareAt(*discounts.member(name), "cost_discount_config." + std::string(name), kWhole);
    const JsonObject margins = objectAt(margins_json, "cost_margin_config");
    for (const auto name : margins.names())
        margins_[std::string(name)] =
            marginAt(*margins.member(name), "cost_margin_config." + std::string(name));
}

int64_t Adjustments::discounted(std::string_view provider, int64_t pico_usd) const {
    const auto found = discounts_.find(provider);
    if (found == discounts_.end()) return pico_usd;
    return divided(static_cast<Wide>(pico_usd) * (kWhole - found->second), kWhole);
}

int64_t Adjustments::apply(std::string_view provider, int64_t pico_usd) const {
    Wide cost = discounted(provider, pico_usd);
    auto margin = margins_.find(provider);
    if (margin == margins_.end()) margin = margins_.find("global");
    if (margin != margins_.end())
        cost = static_cast<Wide>(divided(cost * (kWhole + margin->second.share), kWhole)) +
               margin->second.fixed_pico;
    return static_cast<int64_t>(std::min<Wide>(cost, INT64_MAX));
}

}  // namespace pricing
