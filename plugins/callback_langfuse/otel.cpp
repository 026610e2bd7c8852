// The attributes are those of langfuse.com/integrations/native/opentelemetry, "Property Mapping".
#include "exporters/hmac.h"
#include "exporters/times.h"
#include "sink.h"

namespace callback_langfuse {
namespace {

using exporters::Attributes;
using exporters::Node;
using exporters::Span;

std::string bytesOf(const std::string& hex) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string bytes;
    for (size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
    return bytes;
}

void addMetadata(Attributes& to, const std::vector<std::pair<std::string, std::string>>& metadata) {
    for (const auto& [name, value] : metadata) to.text("langfuse.observation.metadata." + name, value);
}

void addTrace(Attributes& to, const Facts& facts, const Common& common) {
    to.text("langfuse.trace.name", facts.trace_name);
    to.text("user.id", facts.user);
    to.text("session.id", facts.session);
    to.texts("langfuse.trace.tags", facts.tags);
    to.text("langfuse.version", facts.version);
    to.text("langfuse.release", facts.release.empty() ? common.release : facts.release);
    to.text("langfuse.environment", common.environment);
    for (const auto& [name, value] : facts.trace_metadata) to.text("langfuse.trace.metadata." + name, value);
    if (facts.gives_input) to.text("langfuse.trace.input", facts.input);
    if (facts.gives_output) to.text("langfuse.trace.output", facts.output);
}

Span generationOf(const Facts& facts, const Common& common) {
    Span span;
    span.trace_id = bytesOf(facts.traceHex());
    span.span_id = bytesOf(facts.generationHex());
    span.parent_id = bytesOf(facts.parentHex());
    span.name = facts.generation_name;
    span.kind = exporters::SpanKind::Client;
    span.start_ms = exporters::epochMs(facts.start);
    span.end_ms = exporters::epochMs(facts.end);
    Attributes& to = span.attributes;
    to.text("langfuse.observation.type", "generation");
    to.text("langfuse.observation.level", facts.level);
    to.text("langfuse.observation.status_message", facts.status_message);
    to.text("langfuse.observation.model.name", facts.model);
    const Node parameters = facts.record["model_parameters"];
    if (parameters.size() > 0) to.text("langfuse.observation.model.parameters", parameters.json());
    to.text("langfuse.observation.input", facts.input);
    to.text("langfuse.observation.output", facts.output);
    to.text("langfuse.observation.prompt.name", facts.prompt_name);
    if (facts.prompt_version > 0) to.integer("langfuse.observation.prompt.version", facts.prompt_version);
    to.text("langfuse.observation.usage_details", facts.usage);
    to.text("langfuse.observation.cost_details", facts.cost);
    if (facts.first_token > 0)
        to.text("langfuse.observation.completion_start_time",
                "\"" + exporters::isoTime(facts.first_token) + "\"");
    addTrace(to, facts, common);
    addMetadata(to, facts.metadata);
    const bool failed = facts.level == "ERROR";
    span.status = failed ? exporters::SpanStatus::Error : exporters::SpanStatus::Unset;
    if (failed) span.status_message = facts.status_message;
    return span;
}

Span partOf(const Part& part, const Facts& facts, const Span& parent) {
    Span span;
    span.trace_id = parent.trace_id;
    span.span_id = bytesOf(facts.spanHex(part.what));
    span.parent_id = part.below.empty() ? parent.span_id : bytesOf(facts.spanHex(part.below));
    span.name = part.name;
    span.start_ms = exporters::epochMs(part.start);
    span.end_ms = exporters::epochMs(part.end);
    span.attributes.text("langfuse.observation.type", part.type);
    span.attributes.text("langfuse.observation.level", part.level);
    span.attributes.text("langfuse.observation.status_message", part.status_message);
    // Of the trace as a whole, which readers of single observations filter by.
    span.attributes.text("langfuse.trace.name", facts.trace_name);
    span.attributes.text("user.id", facts.user);
    span.attributes.text("session.id", facts.session);
    addMetadata(span.attributes, part.metadata);
    if (part.level == "ERROR") span.status = exporters::SpanStatus::Error;
    return span;
}

}  // namespace

OtelSink::OtelSink(Common common) : common_(std::move(common)) {
    resource_.text("service.name", "sluice");
    resource_.text("deployment.environment.name", common_.environment);
}

void OtelSink::encode(const Node& record, std::string_view /*raw*/, std::vector<std::string>& items) const {
    const Facts facts(record);
    const Span generation = generationOf(facts, common_);
    std::string item = exporters::spanJson(generation);
    for (const auto& part : partsOf(facts))
        item += "," + exporters::spanJson(partOf(part, facts, generation));
    items.push_back(std::move(item));
}

exporters::Outgoing OtelSink::assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                       const exporters::Destination& to) const {
    return {to.url, "application/json", {}, exporters::spansBodyJson(resource_, items, begin, end)};
}

size_t OtelSink::refused(const exporters::Answer& answer) const {
    return exporters::rejectedSpansJson(answer.body);
}

std::shared_ptr<const exporters::Destination> OtelSink::own(const nlohmann::json& vars) const {
    return common_.own(vars);
}

}  // namespace callback_langfuse
