// Events of POST /api/public/ingestion, as the API's description has them. Ids of events are made from the
// record, so that one that is sent again is taken once.
#include "exporters/json_text.h"
#include "exporters/times.h"
#include "sink.h"

namespace callback_langfuse {
namespace {

using exporters::isoTime;
using exporters::JsonText;
using exporters::Node;

void member(JsonText& out, const char* key, const std::string& text) {
    if (!text.empty()) out.key(key).text(text);
}

void memberJson(JsonText& out, const char* key, const std::string& text) {
    if (!text.empty()) out.key(key).raw(text);
}

void writeMetadata(JsonText& out, const std::vector<std::pair<std::string, std::string>>& metadata) {
    out.key("metadata").beginObject();
    for (const auto& [name, value] : metadata) out.key(name).text(value);
    out.endObject();
}

// {"id", "type", "timestamp", "body": {…
void open(JsonText& out, const Facts& facts, std::string_view what, const char* type, double at) {
    out.beginObject().key("id").text(facts.uuid("event-" + std::string(what))).key("type").text(type);
    out.key("timestamp").text(isoTime(at)).key("body").beginObject();
}

std::string close(JsonText& out) { return out.endObject().endObject().take(); }

std::string traceId(const Facts& facts) {
    return facts.named_trace.empty() ? facts.traceHex() : facts.named_trace;
}

std::string generationId(const Facts& facts) {
    const std::string named = facts.controls.text("generation_id");
    return named.empty() ? facts.spanHex("generation") : named;
}

std::string traceEvent(const Facts& facts, const Common& common) {
    JsonText out;
    open(out, facts, "trace", "trace-create", facts.start);
    out.key("id").text(traceId(facts));
    member(out, "name", facts.trace_name);
    member(out, "userId", facts.user);
    member(out, "sessionId", facts.session);
    member(out, "version", facts.version);
    member(out, "release", facts.release.empty() ? common.release : facts.release);
    member(out, "environment", common.environment);
    if (!facts.tags.empty()) {
        out.key("tags").beginArray();
        for (const auto& tag : facts.tags) out.text(tag);
        out.endArray();
    }
    if (!facts.trace_metadata.empty()) writeMetadata(out, facts.trace_metadata);
    if (!facts.into_existing) out.key("timestamp").text(isoTime(facts.start));
    if (facts.gives_input) memberJson(out, "input", facts.input);
    if (facts.gives_output) memberJson(out, "output", facts.output);
    return close(out);
}

// What generations and spans have in common.
void writeObservation(JsonText& out, const Facts& facts, const Common& common, const std::string& id,
                      double start, double end) {
    out.key("id").text(id).key("traceId").text(traceId(facts));
    out.key("startTime").text(isoTime(start)).key("endTime").text(isoTime(end));
    member(out, "environment", common.environment);
}

std::string generationEvent(const Facts& facts, const Common& common) {
    JsonText out;
    open(out, facts, "generation", "generation-create", facts.start);
    writeObservation(out, facts, common, generationId(facts), facts.start, facts.end);
    member(out, "name", facts.generation_name);
    member(out, "parentObservationId", facts.parent);
    member(out, "level", facts.level);
    member(out, "statusMessage", facts.status_message);
    member(out, "model", facts.model);
    member(out, "version", facts.version);
    member(out, "promptName", facts.prompt_name);
    if (facts.prompt_version > 0) out.key("promptVersion").integer(facts.prompt_version);
    if (facts.first_token > 0) out.key("completionStartTime").text(isoTime(facts.first_token));
    const Node parameters = facts.record["model_parameters"];
    if (parameters.object()) {
        out.key("modelParameters").beginObject();
        parameters.members([&](std::string_view name, const Node& value) {
            // The API takes single values here, no objects.
            out.key(name);
            value.object() || value.array() ? out.text(value.json()) : out.raw(value.json());
        });
        out.endObject();
    }
    memberJson(out, "input", facts.input);
    memberJson(out, "output", facts.output);
    memberJson(out, "usageDetails", facts.usage);
    memberJson(out, "costDetails", facts.cost);
    writeMetadata(out, facts.metadata);
    return close(out);
}

std::string partEvent(const Facts& facts, const Common& common, const Part& part) {
    JsonText out;
    open(out, facts, part.what, "span-create", part.start);
    writeObservation(out, facts, common, facts.spanHex(part.what), part.start, part.end);
    out.key("parentObservationId").text(part.below.empty() ? generationId(facts) : facts.spanHex(part.below));
    member(out, "name", part.name);
    member(out, "level", part.level);
    member(out, "statusMessage", part.status_message);
    writeMetadata(out, part.metadata);
    return close(out);
}

std::string scoreEvent(const Facts& facts, const ScoreFact& score) {
    JsonText out;
    open(out, facts, score.what, "score-create", facts.end);
    writeScore(out, facts, score, traceId(facts), generationId(facts));
    return close(out);
}

}  // namespace

void IngestionSink::encode(const Node& record, std::string_view /*raw*/,
                           std::vector<std::string>& items) const {
    const Facts facts(record);
    std::string item = traceEvent(facts, common_) + "," + generationEvent(facts, common_);
    for (const auto& part : partsOf(facts)) item += "," + partEvent(facts, common_, part);
    for (const auto& score : scoresOf(facts)) item += "," + scoreEvent(facts, score);
    items.push_back(std::move(item));
}

exporters::Outgoing IngestionSink::assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                            const exporters::Destination& to) const {
    std::string body = R"({"batch":[)";
    for (size_t i = begin; i < end; ++i) body += (i > begin ? "," : "") + items[i];
    body += R"(],"metadata":{"sdk_name":"sluice"}})";
    return {to.url, "application/json", {}, std::move(body)};
}

// 207, with an error for each event that was not taken. A record is several events: as many as errors are
// counted, up to the records of the request.
size_t IngestionSink::refused(const exporters::Answer& answer) const {
    exporters::Reader reader;
    return reader.read(answer.body)["errors"].size();
}

std::shared_ptr<const exporters::Destination> IngestionSink::own(const nlohmann::json& vars) const {
    return common_.own(vars);
}

}  // namespace callback_langfuse
