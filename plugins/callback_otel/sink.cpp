#include "sink.h"

#include "exporters/guardrail.h"
#include "exporters/hmac.h"
#include "exporters/times.h"

namespace callback_otel {

using exporters::Attributes;
using exporters::Node;
using exporters::Span;

namespace {

// -1: it is no lower-case hexadecimal digit.
int digitOf(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Empty if it is not that many bytes in digits, or if all of them are zero, which the specification forbids.
std::string bytesOf(std::string_view digits) {
    std::string bytes;
    bool any = false;
    for (size_t i = 0; i + 1 < digits.size(); i += 2) {
        const int high = digitOf(digits[i]);
        const int low = digitOf(digits[i + 1]);
        if (high < 0 || low < 0) return {};
        any |= high + low > 0;
        bytes += static_cast<char>(high * 16 + low);
    }
    return any ? bytes : std::string();
}

std::string_view operationOf(std::string_view call_type) {
    if (call_type.find("embedding") != std::string_view::npos) return "embeddings";
    if (call_type.find("text_completion") != std::string_view::npos) return "text_completion";
    if (call_type.find("image") != std::string_view::npos) return "generate_content";
    return "chat";
}

void addUsage(Attributes& to, const Node& record) {
    if (!record["usage_known"].boolean() && record["total_tokens"].integer() == 0) return;
    to.integer("gen_ai.usage.input_tokens", record["prompt_tokens"].integer());
    to.integer("gen_ai.usage.output_tokens", record["completion_tokens"].integer());
    to.integer("llm.usage.total_tokens", record["total_tokens"].integer());
    if (record["response_cost"].number()) to.real("gen_ai.usage.cost", record["response_cost"].real());
}

void addWho(Attributes& to, const Node& record) {
    const Node who = record["metadata"];
    for (const char* name : {"user_api_key_hash", "user_api_key_alias", "user_api_key_team_id",
                             "user_api_key_user_id", "user_api_key_org_id", "requester_ip_address"})
        to.text(std::string("metadata.") + name, who[name].text());
    for (const char* name : {"litellm_call_id", "model_group", "model_id"})
        to.text(std::string("metadata.") + name, record[name].text());
    to.text("llm.user", record["end_user"].text());
}

Span requestSpan(const Node& record) {
    const std::string id(record["id"].text());
    const Parent parent = parentOf(record["metadata"]["attributes"][kTraceParent].text());
    Span span;
    span.trace_id = parent.trace_id.empty() ? exporters::sha256(id).substr(0, 16) : parent.trace_id;
    span.parent_id = parent.span_id;
    span.span_id = exporters::sha256(id + "\nrequest").substr(0, 8);
    const std::string operation(operationOf(record["call_type"].text()));
    span.name = operation + " " + std::string(record["requested_model"].text());
    span.kind = exporters::SpanKind::Client;
    span.start_ms = exporters::epochMs(record["startTime"].real());
    span.end_ms = std::max(span.start_ms, exporters::epochMs(record["endTime"].real()));
    Attributes& to = span.attributes;
    to.text("gen_ai.operation.name", operation);
    to.text("gen_ai.system", record["custom_llm_provider"].text());
    to.text("gen_ai.provider.name", record["custom_llm_provider"].text());
    to.text("gen_ai.request.model", record["requested_model"].text());
    to.text("gen_ai.response.model", record["model"].text());
    to.text("gen_ai.response.id", record["response"]["id"].text());
    if (const auto reason = record["finish_reason"].text(); !reason.empty())
        to.texts("gen_ai.response.finish_reasons", {std::string(reason)});
    to.text("llm.request.type", operation);
    to.boolean("llm.is_streaming", record["stream"].boolean());
    to.integer("http.response.status_code", record["http_status"].integer());
    addUsage(to, record);
    addWho(to, record);
    if (record["outcome"].text() != "success") {
        const auto kind = record["error_information"]["error_class"].text();
        to.text("error.type", kind.empty() ? record["outcome"].text() : kind);
        span.status = exporters::SpanStatus::Error;
        span.status_message = record["error_str"].text();
    }
    return span;
}

Span guardrailSpan(const Node& one, const Span& parent, const std::string& id) {
    Span span;
    span.trace_id = parent.trace_id;
    span.parent_id = parent.span_id;
    span.span_id = exporters::sha256(id).substr(0, 8);
    span.name = "guardrail " + std::string(one["guardrail_name"].text());
    span.start_ms = parent.start_ms;
    span.end_ms = parent.start_ms + exporters::epochMs(one["duration"].real());
    span.attributes.text("guardrail_name", one["guardrail_name"].text());
    span.attributes.text("guardrail_mode", one["guardrail_mode"].text());
    span.attributes.text("guardrail_status", one["guardrail_status"].text());
    if (one["guardrail_status"].text() == "guardrail_failed_to_respond")
        span.status = exporters::SpanStatus::Error;
    return span;
}

}  // namespace

Parent parentOf(std::string_view field) {
    // version "-" trace-id "-" parent-id "-" flags; later versions may add to it
    constexpr size_t kSize = 55;
    if (field.size() < kSize || field[2] != '-' || field[35] != '-' || field[52] != '-') return {};
    if (field.substr(0, 2) == "ff" || digitOf(field[0]) < 0 || digitOf(field[1]) < 0) return {};
    if (field.size() > kSize && (field.substr(0, 2) == "00" || field[kSize] != '-')) return {};
    Parent parent{bytesOf(field.substr(3, 32)), bytesOf(field.substr(36, 16))};
    return parent.trace_id.empty() || parent.span_id.empty() ? Parent() : parent;
}

std::string SpanSink::written(const Span& span) const {
    return protobuf_ ? exporters::spanProto(span) : exporters::spanJson(span);
}

void SpanSink::encode(const Node& record, std::string_view /*raw*/, std::vector<std::string>& items) const {
    const Span request = requestSpan(record);
    const std::string id(record["id"].text());
    std::string item = written(request);
    size_t number = 0;
    record["guardrail_information"].each([&](const Node& one) {
        if (!exporters::isGuardrail(one)) return;
        if (!protobuf_) item += ",";
        item += written(guardrailSpan(one, request, id + "\nguardrail-" + std::to_string(number++)));
    });
    items.push_back(std::move(item));
}

exporters::Outgoing SpanSink::assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                       const exporters::Destination& to) const {
    if (protobuf_)
        return {
            to.url, "application/x-protobuf", {}, exporters::spansBodyProto(resource_, items, begin, end)};
    return {to.url, "application/json", {}, exporters::spansBodyJson(resource_, items, begin, end)};
}

size_t SpanSink::refused(const exporters::Answer& answer) const {
    return protobuf_ ? 0 : exporters::rejectedSpansJson(answer.body);
}

}  // namespace callback_otel
