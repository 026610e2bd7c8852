// The completion record: everything that is known of one request when it is over. Plain values; turned into
// JSON by the workers, never on a loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "llm/usage.h"

namespace sluice::account {

inline constexpr int64_t kPicoPerUsd = 1'000'000'000'000;

enum class Outcome { Success, Failure, Cancelled, Blocked };
const char* name(Outcome outcome);

struct GuardrailEntry {
    std::string name;
    std::string phase;
    std::string verdict;
    std::string reason;
    double duration_ms = 0;
    std::string report;      // JSON: what it says it has found; may be empty
    bool registered = true;  // an entry of `guardrails`; others are plugins with hooks
};

/// One try at one deployment.
struct AttemptEntry {
    std::string deployment_id;
    std::string model_group;
    std::string provider;
    int http_status = 0;      // of the upstream's answer; 0: none came
    std::string error_class;  // empty: it gave the answer
    std::string error;
    double duration_ms = 0;
    llm::Usage usage;
    int64_t cost_pico_usd = -1;  // 1e-12 USD, as a plugin said; -1: none did
};

struct Record {
    std::string record_id;       // ours alone
    std::string call_id;         // may be what the client has chosen
    std::string_view route;      // static text
    std::string_view call_type;  // static text
    Outcome outcome = Outcome::Failure;
    int http_status = 0;
    bool stream = false;
    int64_t start_ms = 0;  // since the Unix epoch
    int64_t end_ms = 0;
    int64_t first_token_ms = 0;  // 0: none came
    double duration_ms = 0;
    double upstream_ms = 0;  // waiting for the upstream
    double overhead_ms = 0;  // our own share until the answer began
    std::string model;       // as the client named it
    std::string model_group;
    std::string deployment_id;
    std::string upstream_model;
    std::string provider;
    std::string api_base;
    uint32_t attempts = 0;
    uint32_t retries = 0, fallbacks = 0;
    std::vector<AttemptEntry> attempt_list;
    llm::Usage usage;            // of all attempts together: what failed was paid for, too
    int64_t cost_pico_usd = -1;  // likewise
    bool cache_hit = false;
    std::string cache_key;        // of a hit
    int64_t saved_pico_usd = -1;  // by a hit
    std::string finish_reason;
    std::string error;  // empty if none
    std::string error_class;
    std::string stream_end;  // "end_ok", "end_truncated", …; empty if not streamed
    std::string client_address;
    std::string user_agent;
    std::string key_id, key_alias, tenant, user, team, organization, end_user;
    std::vector<GuardrailEntry> guardrails;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::string messages, response;  // JSON; empty: not kept
    uint64_t request_bytes = 0;
    uint64_t response_bytes = 0;
};

/// One line of JSON with LiteLLM's StandardLoggingPayload fields (docs.litellm.ai/docs/proxy/logging_spec);
/// what Sluice does not know yet is null.
std::string toJson(const Record& record);
/// Its attributes alone, as an object of strings.
std::string attributesJson(const Record& record);
/// guardrail_information of registered guardrails alone; empty if there are none.
std::string guardrailsJson(const Record& record);

}  // namespace sluice::account
