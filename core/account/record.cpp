#include "account/record.h"

#include <algorithm>

#include "base/json_writer.h"
#include "llm/json_parser.h"

namespace sluice::account {

using base::JsonWriter;

namespace {

constexpr size_t kTagsMax = 64;
constexpr size_t kTagBytesMax = 512;

double seconds(int64_t ms) { return static_cast<double>(ms) / 1000.0; }

void writeUsage(JsonWriter& w, const llm::Usage& usage) {
    if (!usage.known) {
        w.null();
        return;
    }
    w.beginObject();
    w.key("prompt_tokens").number(usage.prompt_tokens);
    w.key("completion_tokens").number(usage.completion_tokens);
    w.key("total_tokens").number(usage.total_tokens);
    w.key("prompt_tokens_details").beginObject();
    w.key("cached_tokens").number(usage.cached_tokens);
    w.key("audio_tokens").number(usage.audio_prompt_tokens);
    w.key("image_tokens").number(usage.image_prompt_tokens).endObject();
    w.key("completion_tokens_details").beginObject();
    w.key("reasoning_tokens").number(usage.reasoning_tokens);
    w.key("audio_tokens").number(usage.audio_completion_tokens).endObject();
    w.key("cache_creation_input_tokens").number(usage.cache_creation_tokens);
    w.key("cache_creation_1h_input_tokens").number(usage.cache_creation_1h_tokens);
    w.endObject();
}

// USD with all the digits there are: a sum of these is exact where a sum of doubles is not.
void writeCost(JsonWriter& w, int64_t pico_usd) {
    if (pico_usd < 0) {
        w.null();
    } else {
        w.decimal(static_cast<uint64_t>(pico_usd), 12);
    }
}

void writeAttributes(JsonWriter& w, const Record& r) {
    w.beginObject();
    for (const auto& [name, value] : r.attributes) w.foreignKey(name).text(value);
    w.endObject();
}

// JSON as it came: the line breaks in it can only be space between values.
void writeForeign(JsonWriter& w, const std::string& json) {
    if (json.empty()) {
        w.null();
        return;
    }
    if (json.find('\n') == std::string::npos && json.find('\r') == std::string::npos) {
        w.raw(json);
        return;
    }
    std::string line = json;
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    w.raw(line);
}

// Those that a plugin has collected of request, key and team, or else those of the request's `metadata`.
void writeTags(JsonWriter& w, const Record& r) {
    const auto of_all = std::find_if(r.attributes.begin(), r.attributes.end(),
                                     [](const auto& attribute) { return attribute.first == "tags"; });
    simdjson::dom::array tags;
    const bool collected = of_all != r.attributes.end() &&
                           llm::parseJson(of_all->second).get_array().get(tags) == simdjson::SUCCESS;
    const bool asked = !collected && !r.metadata.empty() &&
                       llm::parseJson(r.metadata)["tags"].get_array().get(tags) == simdjson::SUCCESS;
    w.beginArray();
    if (collected || asked) {
        size_t left = kTagsMax;
        for (const auto tag : tags) {
            std::string_view text;
            if (left-- == 0) break;
            if (tag.get(text) == simdjson::SUCCESS && text.size() <= kTagBytesMax) w.text(text);
        }
    }
    w.endArray();
}

// Who has looked at content, once each: a plugin that failed, did not look, or runs elsewhere has not been
// applied.
void writeApplied(JsonWriter& w, const Record& r) {
    const auto looked = [](const GuardrailEntry& g) {
        const bool content = g.phase == "pre_call" || g.phase == "during_call" || g.phase == "on_stream" ||
                             g.phase == "post_call";
        return content && g.verdict != "not_run" && g.verdict != "failed" && g.verdict != "timeout" &&
               g.verdict != "not_scanned";
    };
    w.beginArray();
    for (auto g = r.guardrails.begin(); g != r.guardrails.end(); ++g) {
        const bool before = std::any_of(r.guardrails.begin(), g, [&](const GuardrailEntry& other) {
            return other.name == g->name && looked(other);
        });
        if (looked(*g) && !before) w.text(g->name);
    }
    w.endArray();
}

void writeMetadata(JsonWriter& w, const Record& r) {
    w.beginObject();
    w.key("user_api_key_hash").textOrNull(r.key_id);
    w.key("user_api_key_alias").textOrNull(r.key_alias);
    w.key("user_api_key_org_id").textOrNull(r.organization);
    w.key("user_api_key_team_id").textOrNull(r.team);
    w.key("user_api_key_user_id").textOrNull(r.user);
    w.key("user_api_key_end_user_id").textOrNull(r.end_user);
    w.key("requester_ip_address").textOrNull(r.client_address);
    w.key("user_agent").textOrNull(r.user_agent);
    w.key("requester_metadata");
    writeForeign(w, r.metadata);
    w.key("applied_guardrails");
    writeApplied(w, r);
    w.key("usage_object");
    writeUsage(w, r.usage);
    w.key("attributes");
    writeAttributes(w, r);
    w.endObject();
}

// What each plugin said about this request; LiteLLM's words for the status.
void writeGuardrails(JsonWriter& w, const Record& r, bool all) {
    w.beginArray();
    for (const auto& g : r.guardrails) {
        if (!all && !g.registered) continue;
        const bool failed = g.verdict == "failed" || g.verdict == "timeout" || g.verdict == "not_scanned";
        w.beginObject();
        w.key("guardrail_name").text(g.name);
        w.key("guardrail_mode").text(g.phase);
        w.key("guardrail_status")
            .text(g.verdict == "blocked"   ? "guardrail_intervened"
                  : failed                 ? "guardrail_failed_to_respond"
                  : g.verdict == "not_run" ? "not_run"
                                           : "success");
        w.key("verdict").text(g.verdict);
        w.key("reason").textOrNull(g.reason);
        if (!g.report.empty()) w.key("guardrail_response").raw(g.report);
        w.key("duration").real(g.duration_ms / 1000.0);
        w.endObject();
    }
    w.endArray();
}

void writeError(JsonWriter& w, const Record& r) {
    if (r.error.empty()) {
        w.null();
        return;
    }
    w.beginObject();
    w.key("error_code").text(std::to_string(r.http_status));
    w.key("error_class").text(r.error_class);
    w.key("llm_provider").textOrNull(r.provider);
    w.key("error_message").text(r.error);
    w.endObject();
}

void writeStatus(JsonWriter& w, const Record& r) {
    const char* status = r.outcome == Outcome::Success ? "success" : "failure";
    w.key("status").text(status);
    w.key("outcome").text(name(r.outcome));
    w.key("status_fields").beginObject();
    w.key("llm_api_status").text(status);
    w.key("guardrail_status").text(r.outcome == Outcome::Blocked ? "guardrail_intervened" : "success");
    w.endObject();
    w.key("http_status").number(static_cast<int64_t>(r.http_status));
}

void writeTimes(JsonWriter& w, const Record& r) {
    w.key("startTime").real(seconds(r.start_ms));
    w.key("endTime").real(seconds(r.end_ms));
    w.key("completionStartTime");
    r.first_token_ms ? w.real(seconds(r.first_token_ms)) : w.null();
    w.key("response_time").real(r.duration_ms / 1000.0);
}

void writeModel(JsonWriter& w, const Record& r) {
    w.key("model").text(r.upstream_model.empty() ? r.model : r.upstream_model);
    w.key("requested_model").textOrNull(r.model);
    w.key("model_id").textOrNull(r.deployment_id);
    w.key("model_group").textOrNull(r.model_group);
    w.key("api_base").textOrNull(r.api_base);
}

void writeAttempts(JsonWriter& w, const Record& r) {
    w.beginArray();
    for (const auto& a : r.attempt_list) {
        w.beginObject();
        w.key("model_id").text(a.deployment_id);
        w.key("model_group").text(a.model_group);
        w.key("custom_llm_provider").text(a.provider);
        w.key("http_status").number(static_cast<int64_t>(a.http_status));
        w.key("error_class").textOrNull(a.error_class);
        w.key("error_str").textOrNull(a.error);
        w.key("duration").real(a.duration_ms / 1000.0);
        w.key("usage_object");
        writeUsage(w, a.usage);
        w.key("response_cost");
        writeCost(w, a.cost_pico_usd);
        w.endObject();
    }
    w.endArray();
}

void writeHidden(JsonWriter& w, const Record& r) {
    w.beginObject();
    w.key("model_id").textOrNull(r.deployment_id);
    w.key("api_base").textOrNull(r.api_base);
    w.key("litellm_model_name").textOrNull(r.upstream_model);
    w.key("litellm_overhead_time_ms").real(r.overhead_ms);
    w.key("upstream_time_ms").real(r.upstream_ms);
    w.key("attempts").number(uint64_t{r.attempts});
    w.key("attempted_retries").number(uint64_t{r.retries});
    w.key("attempted_fallbacks").number(uint64_t{r.fallbacks});
    w.endObject();
}

}  // namespace

const char* name(Outcome outcome) {
    switch (outcome) {
        case Outcome::Success:
            return "success";
        case Outcome::Failure:
            return "failure";
        case Outcome::Cancelled:
            return "cancelled";
        case Outcome::Blocked:
            return "blocked";
    }
    return "failure";
}

std::string attributesJson(const Record& r) {
    if (r.attributes.empty()) return "{}";
    std::string out;
    JsonWriter w(out);
    writeAttributes(w, r);
    return out;
}

std::string guardrailsJson(const Record& r) {
    std::string out;
    if (std::none_of(r.guardrails.begin(), r.guardrails.end(), [](const auto& g) { return g.registered; }))
        return out;
    JsonWriter w(out);
    writeGuardrails(w, r, false);
    return out;
}

std::string toJson(const Record& r) {
    std::string out;
    out.reserve(2048);
    JsonWriter w(out);
    w.beginObject();
    w.key("id").text(r.recordId());
    w.key("trace_id").text(r.trace_id.empty() ? r.call_id : r.trace_id);
    w.key("litellm_call_id").text(r.call_id);
    w.key("call_type").text(r.call_type);
    w.key("route").text(r.route);
    w.key("stream").boolean(r.stream);
    w.key("response_cost");
    writeCost(w, r.cost_pico_usd);
    writeStatus(w, r);
    w.key("custom_llm_provider").textOrNull(r.provider);
    w.key("total_tokens").number(r.usage.total_tokens);
    w.key("prompt_tokens").number(r.usage.prompt_tokens);
    w.key("completion_tokens").number(r.usage.completion_tokens);
    w.key("usage_known").boolean(r.usage.known);
    w.key("usage_estimated").boolean(r.usage.estimated);
    writeTimes(w, r);
    writeModel(w, r);
    w.key("metadata");
    writeMetadata(w, r);
    w.key("cache_hit").boolean(r.cache_hit).key("cache_key").textOrNull(r.cache_key);
    w.key("saved_cache_cost");
    writeCost(w, r.cache_hit ? r.saved_pico_usd : 0);
    w.key("request_tags");
    writeTags(w, r);
    w.key("end_user").textOrNull(r.end_user);
    w.key("requester_ip_address").textOrNull(r.client_address);
    w.key("messages");
    writeForeign(w, r.messages);
    w.key("response");
    writeForeign(w, r.response);
    w.key("model_parameters");
    writeForeign(w, r.parameters);
    w.key("finish_reason").textOrNull(r.finish_reason);
    w.key("stream_end").textOrNull(r.stream_end);
    w.key("error_str").textOrNull(r.error);
    w.key("error_information");
    writeError(w, r);
    w.key("hidden_params");
    writeHidden(w, r);
    w.key("attempt_information");
    writeAttempts(w, r);
    w.key("guardrail_information");
    writeGuardrails(w, r, true);
    w.key("request_bytes").number(r.request_bytes);
    w.key("response_bytes").number(r.response_bytes);
    w.endObject();
    return out;
}

}  // namespace sluice::account
