#include "facts.h"

#include <algorithm>
#include <tuple>

#include "exporters/guardrail.h"
#include "exporters/hmac.h"
#include "exporters/json_text.h"

namespace callback_langfuse {
namespace {

using exporters::JsonText;
using exporters::Node;

constexpr std::string_view kMasked = "\"redacted-by-litellm\"";

bool isHex(std::string_view text, size_t size) {
    return text.size() == size && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

std::string jsonOf(const Node& value) { return value.there() ? value.json() : std::string(); }

std::string first(std::initializer_list<std::string> texts) {
    for (const auto& text : texts) {
        if (!text.empty()) return text;
    }
    return {};
}

void addText(std::vector<std::pair<std::string, std::string>>& to, const char* name, const Node& value) {
    if (!value.there()) return;
    const std::string text = value.isText() ? std::string(value.text()) : value.json();
    if (!text.empty()) to.emplace_back(name, text);
}

}  // namespace

Facts::Facts(const Node& the_record) : record(the_record), controls(the_record) {
    record_id = record["id"].text();
    start = record["startTime"].real();
    first_token = record["completionStartTime"].real();
    end = std::max(start, record["endTime"].real());
    model = record["model"].text();
    input = controls.flag("mask_input") && record["messages"].there() ? kMasked : jsonOf(record["messages"]);
    output =
        controls.flag("mask_output") && record["response"].there() ? kMasked : jsonOf(record["response"]);
    const auto outcome = record["outcome"].text();
    level = outcome == "success" ? "DEFAULT" : outcome == "failure" ? "ERROR" : "WARNING";
    status_message = record["error_str"].text();
    readTrace();
    readUsage();
    readMetadata();
}

void Facts::readTrace() {
    const std::string existing = controls.text("existing_trace_id");
    into_existing = !existing.empty();
    const auto traced = record["trace_id"].text();
    const std::string field(traced == record["litellm_call_id"].text() ? std::string_view() : traced);
    named_trace = into_existing ? existing : first({controls.text("trace_id"), field});
    gives_input = !into_existing || controls.updates("input");
    gives_output = !into_existing || controls.updates("output");
    const std::string usual = "litellm-" + std::string(record["call_type"].text());
    trace_name = into_existing ? controls.text("trace_name") : first({controls.text("trace_name"), usual});
    generation_name = first({controls.text("generation_name"), usual});
    session = controls.text("session_id");
    parent = controls.text("parent_observation_id");
    user = first({controls.text("trace_user_id"), std::string(record["end_user"].text()),
                  std::string(record["metadata"]["user_api_key_user_id"].text())});
    version = first({controls.text("version"), controls.text("trace_version")});
    release = first({controls.text("trace_release"), controls.text("release")});
    std::tie(prompt_name, prompt_version) = controls.prompt();
    trace_metadata = controls.ofTrace();
    tags = controls.tags();
}

void Facts::readUsage() {
    if (record["usage_known"].boolean() || record["total_tokens"].integer() > 0) {
        const Node details = record["metadata"]["usage_object"];
        JsonText out;
        out.beginObject().key("input").integer(record["prompt_tokens"].integer());
        out.key("output").integer(record["completion_tokens"].integer());
        out.key("total").integer(record["total_tokens"].integer());
        const int64_t cached = details["prompt_tokens_details"]["cached_tokens"].integer();
        const int64_t written = details["cache_creation_input_tokens"].integer();
        const int64_t reasoning = details["completion_tokens_details"]["reasoning_tokens"].integer();
        if (cached > 0) out.key("cache_read_input_tokens").integer(cached);
        if (written > 0) out.key("cache_creation_input_tokens").integer(written);
        if (reasoning > 0) out.key("reasoning_tokens").integer(reasoning);
        usage = out.endObject().take();
    }
    if (!record["response_cost"].number()) return;
    JsonText out;
    out.beginObject();
    const Node parts = record["cost_breakdown"];
    if (parts["input_cost"].number()) out.key("input").real(parts["input_cost"].real());
    if (parts["output_cost"].number()) out.key("output").real(parts["output_cost"].real());
    cost = out.key("total").real(record["response_cost"].real()).endObject().take();
}

void Facts::readMetadata() {
    const Node of = record["metadata"];
    for (const char* name :
         {"litellm_call_id", "model_group", "model_id", "requested_model", "api_base", "custom_llm_provider",
          "cache_hit", "finish_reason", "stream", "http_status", "outcome", "usage_estimated"})
        addText(metadata, name, record[name]);
    for (const char* name :
         {"user_api_key_hash", "user_api_key_alias", "user_api_key_team_id", "user_api_key_team_alias",
          "user_api_key_user_id", "user_api_key_org_id", "requester_ip_address", "applied_guardrails"})
        addText(metadata, name, of[name]);
    addText(metadata, "error_information", record["error_information"]);
    record["custom_fields"].members(
        [&](std::string_view name, const Node& value) { metadata.emplace_back(name, value.text()); });
    for (auto& other : controls.others()) metadata.push_back(std::move(other));
}

// A name that is a trace's id already stays; any other text becomes one as Langfuse's SDKs do it, from its
// SHA-256.
std::string Facts::traceHex() const {
    std::string plain = named_trace;
    plain.erase(std::remove(plain.begin(), plain.end(), '-'), plain.end());
    std::transform(plain.begin(), plain.end(), plain.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c; });
    if (isHex(plain, 32)) return plain;
    const std::string& seed = named_trace.empty() ? record_id : named_trace;
    return exporters::hexOf(exporters::sha256(seed).substr(0, 16));
}

std::string Facts::spanHex(std::string_view what) const {
    return exporters::hexOf(exporters::sha256(record_id + "\n" + std::string(what)).substr(0, 8));
}

std::string Facts::uuid(std::string_view what) const {
    std::string digits =
        exporters::hexOf(exporters::sha256(record_id + "\n" + std::string(what)).substr(0, 16));
    digits[12] = '8';
    digits[16] = "89ab"[static_cast<unsigned char>(digits[16]) % 4];
    for (const size_t at : {8u, 13u, 18u, 23u}) digits.insert(at, "-");
    return digits;
}

namespace {

// An id that a caller has chosen: it stays if it is a span's, and becomes one otherwise, always the same.
std::string spanOf(const std::string& named) {
    if (named.empty() || isHex(named, 16)) return named;
    return exporters::hexOf(exporters::sha256(named).substr(0, 8));
}

}  // namespace

std::string Facts::parentHex() const { return spanOf(parent); }

std::string Facts::generationHex() const {
    const std::string named = spanOf(controls.text("generation_id"));
    return named.empty() ? spanHex("generation") : named;
}

namespace {

// They have durations and no times of their own: guardrails are put at the beginning, attempts one after the
// other.
Part guardrailPart(const Facts& facts, const Node& one, size_t number) {
    Part part;
    part.what = "guardrail-" + std::to_string(number);
    part.type = "guardrail";
    part.name = one["guardrail_name"].text();
    part.start = one["start_time"].number() ? one["start_time"].real() : facts.start;
    part.end = one["end_time"].number() ? one["end_time"].real() : part.start + one["duration"].real();
    const auto status = one["guardrail_status"].text();
    part.level = status == "success" ? "DEFAULT" : status == "guardrail_intervened" ? "WARNING" : "ERROR";
    part.status_message = one["reason"].text();
    for (const char* name :
         {"guardrail_mode", "guardrail_status", "verdict", "guardrail_provider", "masked_entity_count"})
        addText(part.metadata, name, one[name]);
    return part;
}

// The choice of a deployment, if it took more than one try: retries and fallbacks.
Part routingPart(const Facts& facts) {
    Part part;
    part.what = "routing";
    part.type = "span";
    part.name = "routing";
    part.start = part.end = facts.start;
    part.level = facts.level;
    for (const char* name : {"requested_model", "model_group", "model_id"})
        addText(part.metadata, name, facts.record[name]);
    for (const char* name : {"attempts", "attempted_retries", "attempted_fallbacks"})
        addText(part.metadata, name, facts.record["hidden_params"][name]);
    return part;
}

Part cachePart(const Facts& facts) {
    Part part;
    part.what = "cache";
    part.type = "span";
    part.name = "cache hit";
    part.start = facts.start;
    part.end = facts.end;
    part.level = "DEFAULT";
    for (const char* name : {"cache_key", "saved_cache_cost"})
        addText(part.metadata, name, facts.record[name]);
    return part;
}

Part attemptPart(const Node& one, size_t number, double start) {
    Part part;
    part.below = "routing";
    part.what = "attempt-" + std::to_string(number);
    part.type = "span";
    part.name = "attempt " + std::to_string(number + 1);
    part.start = start;
    part.end = start + one["duration"].real();
    part.status_message = one["error_str"].text();
    part.level = one["error_class"].there() ? "ERROR" : "DEFAULT";
    for (const char* name :
         {"model_id", "model_group", "custom_llm_provider", "http_status", "error_class", "response_cost"})
        addText(part.metadata, name, one[name]);
    return part;
}

}  // namespace

std::vector<Part> partsOf(const Facts& facts) {
    std::vector<Part> parts;
    facts.record["guardrail_information"].each([&](const Node& one) {
        if (exporters::isGuardrail(one)) parts.push_back(guardrailPart(facts, one, parts.size()));
    });
    if (facts.record["cache_hit"].boolean()) parts.push_back(cachePart(facts));
    const Node attempts = facts.record["attempt_information"];
    if (attempts.size() < 2) return parts;  // one attempt is the generation itself
    const size_t routing = parts.size();
    parts.push_back(routingPart(facts));
    size_t number = 0;
    attempts.each([&](const Node& one) {
        parts.push_back(attemptPart(one, number++, parts[routing].end));
        parts[routing].end = parts.back().end;
    });
    return parts;
}

std::vector<ScoreFact> scoresOf(const Facts& facts) {
    std::vector<ScoreFact> scores;
    facts.record["guardrail_information"].each([&](const Node& one) {
        const auto status = one["guardrail_status"].text();
        if (!exporters::isGuardrail(one) || status == "guardrail_failed_to_respond") return;
        ScoreFact score;
        score.what = "score-" + std::to_string(scores.size());
        score.name = one["guardrail_name"].text();
        score.value = status == "success" ? 1 : 0;
        score.comment = std::string(one["guardrail_mode"].text()) + ": " + std::string(one["verdict"].text());
        scores.push_back(std::move(score));
    });
    return scores;
}

}  // namespace callback_langfuse
