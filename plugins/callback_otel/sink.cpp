#include "sink.h"

#include "exporters/guardrail.h"
#include "exporters/hmac.h"
#include "exporters/times.h"

namespace callback_otel {

using exporters::Attributes;
using exporters::Node;
using exporters::Span;

namespace {

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

// What the request said of the answer that it wants.
void addParameters(Attributes& to, const Node& parameters) {
    for (const char* name : {"temperature", "top_p", "frequency_penalty", "presence_penalty"}) {
        if (parameters[name].number())
            to.real(std::string("gen_ai.request.") + name, parameters[name].real());
    }
    for (const char* name : {"max_completion_tokens", "max_tokens"}) {
        if (!parameters[name].number()) continue;
        to.integer("gen_ai.request.max_tokens", parameters[name].integer());
        break;
    }
    for (const char* name : {"seed", "top_k"}) {
        if (parameters[name].number())
            to.integer(std::string("gen_ai.request.") + name, parameters[name].integer());
    }
}

void addWho(Attributes& to, const Node& record) {
    const Node who = record["metadata"];
    for (const char* name : {"user_api_key_hash", "user_api_key_alias", "user_api_key_team_id",
                             "user_api_key_user_id", "user_api_key_org_id", "requester_ip_address"})
        to.text(std::string("metadata.") + name, who[name].text());
    for (const char* name : {"litellm_call_id", "model_group", "model_id"})
        to.text(std::string("metadata.") + name, record[name].text());
    record["custom_fields"].members([&](std::string_view name, const Node& value) {
        to.text("metadata." + std::string(name), value.text());
    });
    to.text("llm.user", record["end_user"].text());
}

// Where the span belongs: below what the caller has named, and with the ids that the upstream was told of.
struct Place {
    explicit Place(const Node& record) {
        const Node attributes = record["metadata"]["attributes"];
        parent = parentOf(attributes[kTraceParent].text());
        const auto own = parentOf(attributes[kOwnSpan].text());
        const std::string id(record["id"].text());
        trace_id = own ? own->trace_id : parent ? parent->trace_id : exporters::sha256(id).substr(0, 16);
        span_id = own ? own->span_id : exporters::sha256(id + "\nrequest").substr(0, 8);
    }
    std::optional<Parent> parent;
    std::string trace_id, span_id;
};

Span requestSpan(const Node& record, const Place& place) {
    Span span;
    span.trace_id = place.trace_id;
    span.parent_id = place.parent ? place.parent->span_id : std::string();
    span.span_id = place.span_id;
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
    addParameters(to, record["model_parameters"]);
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

// They have durations and no times of their own: one after the other, up to the end.
Span attemptSpan(const Node& one, const Span& parent, const std::string& id, int64_t end_ms) {
    Span span;
    span.trace_id = parent.trace_id;
    span.parent_id = parent.span_id;
    span.span_id = exporters::sha256(id).substr(0, 8);
    span.name = "attempt " + std::string(one["model_id"].text());
    span.kind = exporters::SpanKind::Client;
    span.end_ms = end_ms;
    span.start_ms = std::max(parent.start_ms, end_ms - exporters::epochMs(one["duration"].real()));
    span.attributes.text("gen_ai.provider.name", one["custom_llm_provider"].text());
    span.attributes.text("metadata.model_id", one["model_id"].text());
    span.attributes.integer("http.response.status_code", one["http_status"].integer());
    span.attributes.text("error.type", one["error_class"].text());
    if (!one["error_class"].there()) return span;
    span.status = exporters::SpanStatus::Error;
    span.status_message = one["error_str"].text();
    return span;
}

}  // namespace

std::string SpanSink::written(const Span& span) const {
    return protobuf_ ? exporters::spanProto(span) : exporters::spanJson(span);
}

void SpanSink::encode(const Node& record, std::string_view /*raw*/, std::vector<std::string>& items) const {
    const Place place(record);
    if (!sampler_.keeps(place.trace_id, place.parent ? &*place.parent : nullptr)) return;
    const Span request = requestSpan(record, place);
    const std::string id(record["id"].text());
    std::string item = written(request);
    const auto add = [&](const Span& span) {
        if (!protobuf_) item += ",";
        item += written(span);
    };
    size_t number = 0;
    record["guardrail_information"].each([&](const Node& one) {
        if (exporters::isGuardrail(one))
            add(guardrailSpan(one, request, id + "\nguardrail-" + std::to_string(number++)));
    });
    const Node attempts = record["attempt_information"];
    double left = 0;
    attempts.each([&](const Node& one) { left += one["duration"].real(); });
    number = 0;
    // One attempt is the request itself.
    attempts.each([&](const Node& one) {
        left -= one["duration"].real();
        if (attempts.size() > 1)
            add(attemptSpan(one, request, id + "\nattempt-" + std::to_string(number++),
                            request.end_ms - exporters::epochMs(std::max(0.0, left))));
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

std::shared_ptr<const exporters::Destination> SpanSink::own(const nlohmann::json& vars) const {
    return own_(vars);
}

}  // namespace callback_otel
