#include "llm_sink.h"

#include <algorithm>

#include "exporters/hmac.h"
#include "exporters/json_text.h"
#include "exporters/times.h"
#include "exporters/trace_notes.h"
#include "llm_messages.h"

namespace callback_datadog {

using exporters::JsonText;
using exporters::Node;
using exporters::traceNote;

namespace {

bool isEmbedding(const Node& record) {
    return record["call_type"].text().find("embedding") != std::string_view::npos;
}

void writeIo(JsonText& out, const Node& record) {
    const Node asked = record["messages"];
    const Node answered = record["response"];
    out.key("input").beginObject();
    if (isEmbedding(record)) {
        out.key("documents").beginArray();
        const auto document = [&](const Node& text) {
            out.beginObject().key("text").text(text.isText() ? std::string(text.text()) : text.json());
            out.endObject();
        };
        if (asked.array())
            asked.each(document);
        else if (asked.there())
            document(asked);
        out.endArray().endObject().key("output").beginObject();
        if (answered.there())
            out.key("value").text("[" + std::to_string(answered["data"].size()) + " embeddings]");
    } else {
        writeAsked(out.key("messages"), asked);
        out.endObject().key("output").beginObject();
        writeAnswered(out.key("messages"), answered);
    }
    out.endObject();
}

void writeMetadata(JsonText& out, const Node& record) {
    out.key("metadata").beginObject();
    out.key("model_name").text(record["model"].text());
    out.key("model_provider").text(record["custom_llm_provider"].text());
    for (const char* name : {"litellm_call_id", "model_group", "model_id", "requested_model", "http_status",
                             "outcome", "finish_reason", "stream", "cache_hit", "usage_estimated"}) {
        if (record[name].there()) out.key(name).raw(record[name].json());
    }
    if (record["guardrail_information"].size() > 0) {
        out.key("guardrails").beginArray();
        record["guardrail_information"].each([&](const Node& one) {
            out.beginObject();
            for (const char* name : {"guardrail_name", "guardrail_mode", "guardrail_status", "verdict"})
                out.key(name).text(one[name].text());
            out.endObject();
        });
        out.endArray();
    }
    out.endObject();
}

void writeMeta(JsonText& out, const Node& record, bool failed) {
    out.key("meta").beginObject().key("kind").text(isEmbedding(record) ? "embedding" : "llm");
    writeIo(out, record);
    writeMetadata(out, record);
    if (failed) {
        const auto kind = record["error_information"]["error_class"].text();
        out.key("error").beginObject().key("message").text(record["error_str"].text());
        out.key("type").text(kind.empty() ? record["outcome"].text() : kind).endObject();
    }
    out.endObject();
}

// Tokens as numbers, costs in USD, as LiteLLM sends them; times in seconds.
void writeMetrics(JsonText& out, const Node& record) {
    const auto tokens = [&](const char* name, int64_t count) {
        if (count > 0) out.key(name).integer(count);
    };
    out.key("metrics").beginObject();
    if (record["usage_known"].boolean() || record["total_tokens"].integer() > 0) {
        const Node usage = record["metadata"]["usage_object"];
        out.key("input_tokens").integer(record["prompt_tokens"].integer());
        out.key("output_tokens").integer(record["completion_tokens"].integer());
        out.key("total_tokens").integer(record["total_tokens"].integer());
        tokens("cache_read_input_tokens", usage["prompt_tokens_details"]["cached_tokens"].integer());
        tokens("cache_write_input_tokens", usage["cache_creation_input_tokens"].integer());
        tokens("reasoning_output_tokens", usage["completion_tokens_details"]["reasoning_tokens"].integer());
    }
    if (record["response_cost"].number()) out.key("total_cost").real(record["response_cost"].real());
    const Node first = record["completionStartTime"];
    if (first.number()) out.key("time_to_first_token").real(first.real() - record["startTime"].real());
    out.endObject();
}

void writeTags(JsonText& out, const Node& record, const std::vector<std::string>& always) {
    const Node who = record["metadata"];
    out.key("tags").beginArray();
    const auto add = [&](const char* name, std::string_view value) {
        if (!value.empty()) out.text(std::string(name) + ":" + std::string(value));
    };
    for (const auto& tag : always) out.text(tag);
    add("model_group", record["model_group"].text());
    add("team", who["user_api_key_team_id"].text());
    add("user", who["user_api_key_user_id"].text());
    add("key_alias", who["user_api_key_alias"].text());
    add("end_user", record["end_user"].text());
    record["request_tags"].each([&](const Node& tag) { add("request_tag", tag.text()); });
    out.endArray();
}

// Digits from the record's own id: the same however often it is sent.
std::string idOf(const Node& record, std::string_view what, size_t bytes) {
    const std::string seed = std::string(record["id"].text()) + "\n" + std::string(what);
    return exporters::hexOf(exporters::sha256(seed).substr(0, bytes));
}

}  // namespace

void LlmSink::encode(const Node& record, std::string_view /*raw*/, std::vector<std::string>& items) const {
    constexpr int64_t kNsPerMs = 1'000'000;
    const bool failed = record["outcome"].text() != "success";
    const int64_t start = exporters::epochMs(record["startTime"].real());
    const int64_t end = std::max(start, exporters::epochMs(record["endTime"].real()));
    const auto trace = traceNote(record, "trace_id");
    const auto parent = traceNote(record, "parent_id");
    JsonText out;
    out.beginObject().key("parent_id").text(parent.empty() ? "undefined" : parent);
    out.key("trace_id").text(trace.empty() ? idOf(record, "trace", 16) : std::string(trace));
    out.key("span_id").text(idOf(record, "span", 8));
    out.key("name").text("litellm_llm_call");
    out.key("start_ns").integer(start * kNsPerMs).key("duration").integer((end - start) * kNsPerMs);
    out.key("status").text(failed ? "error" : "ok");
    if (const auto session = traceNote(record, "session_id"); !session.empty())
        out.key("session_id").text(session);
    writeMeta(out, record, failed);
    writeMetrics(out, record);
    writeTags(out, record, options_.tags);
    items.push_back(out.endObject().take());
}

exporters::Outgoing LlmSink::assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                      const exporters::Destination& to) const {
    JsonText out;
    out.beginObject().key("data").beginObject().key("type").text("span").key("attributes").beginObject();
    out.key("ml_app").text(options_.ml_app).key("tags").beginArray();
    for (const auto& tag : options_.tags) out.text(tag);
    out.endArray().key("spans").beginArray();
    for (size_t i = begin; i < end; ++i) out.raw(items[i]);
    out.endArray().endObject().endObject().endObject();
    return {to.url, "application/json", {}, out.take()};
}

}  // namespace callback_datadog
