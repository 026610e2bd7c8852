#include "account/record.h"

#include <nlohmann/json.hpp>

namespace sluice::account {

using Json = nlohmann::ordered_json;

namespace {

Json orNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }
double seconds(int64_t ms) { return static_cast<double>(ms) / 1000.0; }

Json usageObject(const llm::Usage& usage) {
    if (!usage.known) return nullptr;
    return {{"prompt_tokens", usage.prompt_tokens},
            {"completion_tokens", usage.completion_tokens},
            {"total_tokens", usage.total_tokens},
            {"prompt_tokens_details", {{"cached_tokens", usage.cached_tokens}}},
            {"completion_tokens_details", {{"reasoning_tokens", usage.reasoning_tokens}}},
            {"cache_creation_input_tokens", usage.cache_creation_tokens}};
}

Json metadata(const Record& r) {
    Json applied = Json::array();
    for (const auto& guard : r.guardrails) applied.push_back(guard.name);
    Json attributes = Json::object();
    for (const auto& [key, value] : r.attributes) attributes[key] = value;
    return {{"user_api_key_hash", orNull(r.key_id)},
            {"user_api_key_alias", orNull(r.key_alias)},
            {"user_api_key_org_id", orNull(r.organization)},
            {"user_api_key_team_id", orNull(r.team)},
            {"user_api_key_user_id", orNull(r.user)},
            {"user_api_key_end_user_id", orNull(r.end_user)},
            {"requester_ip_address", orNull(r.client_address)},
            {"user_agent", orNull(r.user_agent)},
            {"applied_guardrails", std::move(applied)},
            {"usage_object", usageObject(r.usage)},
            {"attributes", std::move(attributes)}};
}

// What each plugin said about this request; LiteLLM's words for the status.
Json guardrails(const Record& r) {
    Json list = Json::array();
    for (const auto& g : r.guardrails) {
        const bool failed = g.verdict == "failed" || g.verdict == "timeout" || g.verdict == "not_scanned";
        const char* status = g.verdict == "blocked" ? "guardrail_intervened" : failed ? "guardrail_failed_to_respond" : "success";
        list.push_back({{"guardrail_name", g.name},
                        {"guardrail_mode", g.phase},
                        {"guardrail_status", status},
                        {"verdict", g.verdict},
                        {"reason", orNull(g.reason)},
                        {"duration", g.duration_ms / 1000.0}});
    }
    return list;
}

Json errorInformation(const Record& r) {
    if (r.error.empty()) return nullptr;
    return {{"error_code", std::to_string(r.http_status)},
            {"error_class", r.error_class},
            {"llm_provider", orNull(r.provider)},
            {"error_message", r.error}};
}

}  // namespace

const char* name(Outcome outcome) {
    switch (outcome) {
        case Outcome::Success: return "success";
        case Outcome::Failure: return "failure";
        case Outcome::Cancelled: return "cancelled";
        case Outcome::Blocked: return "blocked";
    }
    return "failure";
}

std::string toJson(const Record& r) {
    Json j;
    j["id"] = r.call_id;
    j["trace_id"] = r.call_id;
    j["litellm_call_id"] = r.call_id;
    j["call_type"] = std::string(r.call_type);
    j["route"] = std::string(r.route);
    j["stream"] = r.stream;
    j["response_cost"] = nullptr;
    j["status"] = r.outcome == Outcome::Success ? "success" : "failure";
    j["outcome"] = name(r.outcome);
    j["status_fields"] = {{"llm_api_status", r.outcome == Outcome::Success ? "success" : "failure"},
                          {"guardrail_status", r.outcome == Outcome::Blocked ? "guardrail_intervened" : "success"}};
    j["http_status"] = r.http_status;
    j["custom_llm_provider"] = orNull(r.provider);
    j["total_tokens"] = r.usage.total_tokens;
    j["prompt_tokens"] = r.usage.prompt_tokens;
    j["completion_tokens"] = r.usage.completion_tokens;
    j["usage_known"] = r.usage.known;
    j["startTime"] = seconds(r.start_ms);
    j["endTime"] = seconds(r.end_ms);
    j["completionStartTime"] = r.first_token_ms ? Json(seconds(r.first_token_ms)) : Json(nullptr);
    j["response_time"] = r.duration_ms / 1000.0;
    j["model"] = r.upstream_model.empty() ? r.model : r.upstream_model;
    j["requested_model"] = orNull(r.model);
    j["model_id"] = orNull(r.deployment_id);
    j["model_group"] = orNull(r.model_group);
    j["api_base"] = orNull(r.api_base);
    j["metadata"] = metadata(r);
    j["cache_hit"] = nullptr;
    j["cache_key"] = nullptr;
    j["request_tags"] = Json::array();
    j["end_user"] = orNull(r.end_user);
    j["requester_ip_address"] = orNull(r.client_address);
    j["messages"] = nullptr;
    j["response"] = nullptr;
    j["finish_reason"] = orNull(r.finish_reason);
    j["stream_end"] = orNull(r.stream_end);
    j["error_str"] = orNull(r.error);
    j["error_information"] = errorInformation(r);
    j["hidden_params"] = {{"model_id", orNull(r.deployment_id)},
                          {"api_base", orNull(r.api_base)},
                          {"litellm_model_name", orNull(r.upstream_model)},
                          {"litellm_overhead_time_ms", r.overhead_ms},
                          {"upstream_time_ms", r.upstream_ms},
                          {"attempts", r.attempts}};
    j["guardrail_information"] = guardrails(r);
    j["request_bytes"] = r.request_bytes;
    j["response_bytes"] = r.response_bytes;
    return j.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sluice::account
