#include "log_record.h"

#include "exporters/hmac.h"
#include "exporters/protobuf.h"

namespace callback_otel {

using exporters::JsonText;
namespace proto = exporters::proto;

namespace {

const char* nameOf(Severity severity) { return severity == Severity::Error ? "ERROR" : "INFO"; }

}  // namespace

std::string logJson(const LogRecord& record) {
    const std::string time = std::to_string(record.time_ms) + "000000";
    JsonText out;
    out.beginObject().key("timeUnixNano").text(time).key("observedTimeUnixNano").text(time);
    out.key("severityNumber").integer(static_cast<int64_t>(record.severity));
    out.key("severityText").text(nameOf(record.severity));
    out.key("body").beginObject().key("stringValue").text(record.body).endObject();
    exporters::writeAttributes(out, record.attributes);
    out.key("flags").integer(record.sampled ? 1 : 0);
    out.key("traceId").text(exporters::hexOf(record.trace_id));
    out.key("spanId").text(exporters::hexOf(record.span_id));
    return out.key("eventName").text(record.event_name).endObject().take();
}

// LogRecord: time_unix_nano 1, severity_number 2, severity_text 3, body 5, attributes 6, flags 8, trace_id 9,
// span_id 10, observed_time_unix_nano 11, event_name 12. It stands as field 2 of ScopeLogs.
std::string logProto(const LogRecord& record) {
    const auto time = static_cast<uint64_t>(record.time_ms) * 1'000'000;
    std::string body;
    proto::putFixed64(body, 1, time);
    proto::putNumber(body, 2, static_cast<uint64_t>(record.severity));
    proto::putBytes(body, 3, nameOf(record.severity));
    exporters::putTextValue(body, 5, record.body);
    exporters::putAttributes(body, 6, record.attributes);
    proto::putFixed32(body, 8, record.sampled ? 1 : 0);
    proto::putBytes(body, 9, record.trace_id);
    proto::putBytes(body, 10, record.span_id);
    proto::putFixed64(body, 11, time);
    proto::putBytes(body, 12, record.event_name);
    std::string out;
    proto::putBytes(out, 2, body);
    return out;
}

}  // namespace callback_otel
