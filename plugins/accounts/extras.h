// What only some keys and teams say: tags, guardrails, parameters that a request must have. Read once, when
// the document comes in; most have none of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace accounts {

/// Of a key or a team. LiteLLM keeps most of it inside of `metadata`; a member of the document itself counts
/// as well (litellm/proxy/litellm_pre_call_utils.py).
struct Extras {
    std::vector<std::string> tags, guardrails;
    std::vector<std::string> cache_controls;   // allowed_cache_controls
    std::vector<std::string> enforced_params;  // "user", "metadata.generation_name"
    std::string service_account;               // metadata.service_account_id
    // As JSON, ready to be shown; empty: nothing is said.
    std::string guardrails_json, cache_controls_json;
    std::string permissions;  // an object
    std::string
        metadata;  // an object, without what stands above and what may hold credentials; 4 KiB at most
};

/// Null if the document says nothing of the kind. `fault` gets the name of a member that is not what it must
/// be.
std::shared_ptr<const Extras> readExtras(const nlohmann::json& document, std::string& fault);

/// Adds those that are not there yet.
void addEach(const std::vector<std::string>& from, std::vector<std::string>& to);
/// ["a","b"]
std::string jsonList(const std::vector<std::string>& texts);

}  // namespace accounts
