#include "log_sink.h"

#include "exporters/times.h"
#include "log_record.h"
#include "messages.h"
#include "request.h"

namespace callback_otel {

using exporters::Node;
using exporters::Signal;

namespace {

// For people: "chat gpt-4o: failure, 502: the provider did not answer".
std::string bodyOf(const Node& record) {
    std::string text = requestName(record) + ": " + std::string(record["outcome"].text()) + ", " +
                       std::to_string(record["http_status"].integer());
    if (const auto error = record["error_str"].text(); !error.empty()) text += ": " + std::string(error);
    return text;
}

}  // namespace

void LogSink::encode(const Node& record, std::string_view /*raw*/, std::vector<std::string>& items) const {
    const Place place(record);
    LogRecord log;
    log.time_ms = exporters::epochMs(record["endTime"].real());
    log.trace_id = place.trace_id;
    log.span_id = place.span_id;
    // The sampler decides on traces alone: a log record is sent without its trace, too, and says so.
    log.sampled = common_.sampler.keeps(place.trace_id, place.parentOrNull());
    log.severity = record["outcome"].text() == "success" ? Severity::Info : Severity::Error;
    log.event_name = "gen_ai.client.inference.operation.details";
    log.body = bodyOf(record);
    addRequest(log.attributes, record);
    if (messages_) {
        log.attributes.tree("gen_ai.input.messages", inputMessages(record["messages"]));
        log.attributes.tree("gen_ai.output.messages",
                            outputMessages(record["response"], record["finish_reason"].text()));
    }
    items.push_back(common_.protobuf ? logProto(log) : logJson(log));
}

exporters::Outgoing LogSink::assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                      const exporters::Destination& to) const {
    return request(Signal::Logs, common_, items, begin, end, to);
}

size_t LogSink::refused(const exporters::Answer& answer) const {
    return exporters::otlpRejected(Signal::Logs, common_.protobuf, answer.body);
}

std::shared_ptr<const exporters::Destination> LogSink::own(const nlohmann::json& vars) const {
    return common_.own(vars);
}

}  // namespace callback_otel
