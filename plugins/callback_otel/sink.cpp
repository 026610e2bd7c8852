#include "sink.h"

#include "exporters/guardrail.h"
#include "exporters/hmac.h"
#include "exporters/times.h"
#include "measures/gen_ai.h"
#include "request.h"

namespace callback_otel {

using exporters::Node;
using exporters::Signal;
using exporters::Span;

namespace {

Span requestSpan(const Node& record, const Place& place) {
    Span span;
    span.trace_id = place.trace_id;
    span.parent_id = place.parent ? place.parent->span_id : std::string();
    span.span_id = place.span_id;
    span.name = requestName(record);
    span.kind = exporters::SpanKind::Client;
    span.start_ms = exporters::epochMs(record["startTime"].real());
    span.end_ms = std::max(span.start_ms, exporters::epochMs(record["endTime"].real()));
    addRequest(span.attributes, record);
    if (record["outcome"].text() != "success") {
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
    span.attributes.text("gen_ai.provider.name", measures::genAiProvider(one["custom_llm_provider"].text()));
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
    return common_.protobuf ? exporters::spanProto(span) : exporters::spanJson(span);
}

void SpanSink::encode(const Node& record, std::string_view /*raw*/, std::vector<std::string>& items) const {
    const Place place(record);
    if (!common_.sampler.keeps(place.trace_id, place.parentOrNull())) return;
    const Span request = requestSpan(record, place);
    const std::string id(record["id"].text());
    std::string item = written(request);
    const auto add = [&](const Span& span) {
        if (!common_.protobuf) item += ",";
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
    return request(Signal::Traces, common_, items, begin, end, to);
}

size_t SpanSink::refused(const exporters::Answer& answer) const {
    return exporters::otlpRejected(Signal::Traces, common_.protobuf, answer.body);
}

std::shared_ptr<const exporters::Destination> SpanSink::own(const nlohmann::json& vars) const {
    return common_.own(vars);
}

exporters::Outgoing request(Signal signal, const Common& common, const std::vector<std::string>& items,
                            size_t begin, size_t end, const exporters::Destination& to) {
    return {to.url,
            common.protobuf ? "application/x-protobuf" : "application/json",
            {},
            exporters::otlpBody(signal, common.protobuf, common.resource, items, begin, end)};
}

}  // namespace callback_otel
