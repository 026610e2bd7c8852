#include "options.h"

#include <sluice/config.hpp>

namespace limits {
namespace {

using Json = nlohmann::json;

accounts::Limits limitsIn(const Json& object, const std::string& path) {
    constexpr const char* kKnown[]{
        "rpm_limit",       "tpm_limit",       "rpd_limit",        "tpd_limit",
        "max_budget",      "soft_budget",     "budget_id",        "max_parallel_requests",
        "model_rpm_limit", "model_tpm_limit", "model_max_budget", "budget_duration"};
    for (const auto& [name, value] : object.items()) {
        if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown))
            throw sluice::ConfigError(path + "." + name +
                                      ": not known; allowed are rpm_limit, tpm_limit, rpd_limit, tpd_limit, "
                                      "max_parallel_requests, max_budget, soft_budget, budget_duration, "
                                      "budget_id, model_rpm_limit, model_tpm_limit, model_max_budget");
    }
    std::string fault;
    auto limits = accounts::readLimits(object, fault);
    if (!limits) throw sluice::ConfigError(path + "." + fault);
    return *limits;
}

std::map<std::string, accounts::Limits> limitsByName(const Json& object, const std::string& path) {
    std::map<std::string, accounts::Limits> all;
    for (const auto& [name, value] : object.items()) {
        if (!value.is_object())
            throw sluice::ConfigError(path + "." + name + ": expected an object of limits");
        all[name] = limitsIn(value, path + "." + name);
    }
    return all;
}

}  // namespace

Options readOptions(std::string_view text) {
    const Json json = Json::parse(text);
    Options options;
    options.store = json.value("store", "");
    options.counters = json.value("counters", "");
    options.prices = json.value("prices", "");
    options.timezone = json.value("timezone", "UTC");
    options.customer_budget_id = json.value("max_end_user_budget_id", "");
    options.output_estimate = json.value("output_estimate", options.output_estimate);
    options.refresh_ms = json.value("refresh_ms", options.refresh_ms);
    Json everything = Json::object();
    for (const char* name : {"max_budget", "soft_budget", "budget_duration"}) {
        if (json.contains(name)) everything[name] = json[name];
    }
    if (json.contains("global_max_parallel_requests"))
        everything["max_parallel_requests"] = json["global_max_parallel_requests"];
    options.everything = limitsIn(everything, "config");
    options.tags = limitsByName(json.value("tags", Json::object()), "tags");
    options.defaults = limitsByName(json.value("defaults", Json::object()), "defaults");
    for (const auto& entry : options.defaults) {
        constexpr const char* kScopes[]{"key", "team", "user", "organization", "customer"};
        if (std::find(std::begin(kScopes), std::end(kScopes), entry.first) == std::end(kScopes))
            throw sluice::ConfigError("defaults." + entry.first +
                                      ": not known; allowed are key, team, user, organization, customer");
    }
    return options;
}

}  // namespace limits
