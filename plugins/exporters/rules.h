// What the metadata of a key or team says about its records, in LiteLLM's words (docs/proxy/team_logging.md):
//
//   logging                     [{callback_name, callback_type: success | failure | success_and_failure,
//                                 callback_vars: {credentials, turn_off_message_logging,
//                                 redact_user_api_key_info, sample_rate}}]
//   callback_settings           {success_callback: […], failure_callback: […], callback_vars}; two empty
//                               lists: none
//   litellm_disabled_callbacks  names
//   turn_off_message_logging, redact_user_api_key_info  true
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "sink.h"

namespace exporters {

/// One destination of a key's records.
struct Route {
    std::shared_ptr<const Destination> to;  // null: the configured one
    bool success = true;
    bool failure = true;
    bool hide_messages = false;
    bool hide_key_info = false;
    std::optional<double> sample_rate;
};

struct Rules {
    bool off = false;
    bool hide_messages = false;
    bool hide_key_info = false;
    /// Instead of the configured destination, if `own`.
    std::vector<Route> routes;
    bool own = false;
};

/// `names`: those that the exporter goes by. `own`: a destination from callback_vars, null for the configured
/// one; it throws std::invalid_argument for what is no use, and then these records go nowhere: `refused` is
/// told why. Null if the metadata says nothing about these names.
std::shared_ptr<const Rules> rulesOf(
    const nlohmann::json& metadata, const std::vector<std::string>& names,
    const std::function<std::shared_ptr<const Destination>(const nlohmann::json&)>& own,
    const std::function<void(const std::string&)>& refused);

}  // namespace exporters
