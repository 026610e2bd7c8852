// The completion record: everything that is known of one request when it is over. Plain values, and views
// into what lives as long as the request's generation; turned into JSON by the workers, never on a loop.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "llm/body.h"
#include "llm/usage.h"

namespace sluice::account {

inline constexpr int64_t kPicoPerUsd = 1'000'000'000'000;

enum class Outcome { Success, Failure, Cancelled, Blocked };
const char* name(Outcome outcome);

struct GuardrailEntry {
    std::string_view name;     // of the instance
    std::string_view phase;    // static text
    std::string_view verdict;  // static text
    std::string reason;
    double duration_ms = 0;
    std::string report;      // JSON: what it says it has found; may be empty
    bool registered = true;  // an entry of `guardrails`; others are plugins with hooks
};

/// One try at one deployment.
struct AttemptEntry {
    std::string_view deployment_id;
    std::string model_group;
    std::string_view provider;
    int http_status = 0;           // of the upstream's answer; 0: none came
    std::string_view error_class;  // static text; empty: it gave the answer
    std::string error;
    double duration_ms = 0;
    llm::Usage usage;
    int64_t cost_pico_usd = -1;  // 1e-12 USD, as a plugin said; -1: none did
};

/// What was asked and answered, as it was: record_content.h works it out.
struct Said {
    bool content = false;     // `messages` and `response` are wanted
    bool parameters = false;  // what else the request said is wanted
    llm::Body asked;
    std::string answer;                     // of an answer that was no stream
    std::map<uint32_t, std::string> lanes;  // of a stream
};

struct Record {
    std::string own_id;          // ours alone, where call_id is not
    std::string call_id;         // may be what the client has chosen
    std::string trace_id;        // as the client names it (x-litellm-trace-id); empty: call_id
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
    std::string_view deployment_id;
    std::string upstream_model;
    std::string_view provider;
    std::string_view api_base;
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
    Said said;
    std::string messages, response;  // JSON; empty: not kept
    // What else the request said, as JSON objects; empty: nothing, or nobody wants to know.
    std::string metadata, parameters;
    uint64_t request_bytes = 0;
    uint64_t response_bytes = 0;

    const std::string& recordId() const { return own_id.empty() ? call_id : own_id; }
};

/// One line of JSON with LiteLLM's StandardLoggingPayload fields (docs.litellm.ai/docs/proxy/logging_spec);
/// what Sluice does not know yet is null.
std::string toJson(const Record& record);
/// Its attributes alone, as an object of strings.
std::string attributesJson(const Record& record);
/// guardrail_information of registered guardrails alone; empty if there are none.
std::string guardrailsJson(const Record& record);

}  // namespace sluice::account
