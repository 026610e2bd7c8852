// The configuration of the plugin limits.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "accounts/usage_limits.h"

namespace limits {

struct Options {
    std::string store, counters, prices;  // ids of instances; empty: the only one there is
    std::string timezone = "UTC";
    accounts::Limits everything;                       // of all requests together
    std::map<std::string, accounts::Limits> defaults;  // by scope: of those who have no limits of their own
    std::map<std::string, accounts::Limits> tags;      // by name
    std::string customer_budget_id;                    // of customers who have none
    int64_t output_estimate = 500;                     // tokens of an answer while nothing better is known
    uint32_t refresh_ms = 10'000;
};

/// Throws sluice::ConfigError.
Options readOptions(std::string_view json);

}  // namespace limits
