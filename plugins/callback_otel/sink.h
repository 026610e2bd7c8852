// Records as spans with the attributes of OpenTelemetry's semantic conventions for generative AI.
#pragma once

#include <string>

#include "exporters/sink.h"
#include "exporters/span.h"

namespace callback_otel {

/// The attribute in which the request's field `traceparent` stands in the record.
constexpr const char* kTraceParent = "otel.traceparent";

class SpanSink final : public exporters::Sink {
public:
    SpanSink(exporters::Attributes resource, bool protobuf)
        : resource_(std::move(resource)), protobuf_(protobuf) {}
    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    size_t refused(const exporters::Answer& answer) const override;

private:
    std::string written(const exporters::Span& span) const;

    const exporters::Attributes resource_;
    const bool protobuf_;
};

/// Ids of a traceparent (W3C Trace Context, 3.2), as bytes; empty if it is none.
struct Parent {
    std::string trace_id, span_id;
};
Parent parentOf(std::string_view field);

}  // namespace callback_otel
