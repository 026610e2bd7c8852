// Records as spans with the attributes of OpenTelemetry's semantic conventions for generative AI.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "exporters/sink.h"
#include "exporters/span.h"
#include "trace_parent.h"

namespace callback_otel {

/// The attribute in which the request's field `traceparent` stands in the record.
constexpr const char* kTraceParent = "otel.traceparent";
/// And that which the upstream was given.
constexpr const char* kOwnSpan = "otel.span";

/// For callback_vars of keys and teams.
using OwnEndpoint = std::function<std::shared_ptr<const exporters::Destination>(const nlohmann::json&)>;

class SpanSink final : public exporters::Sink {
public:
    SpanSink(exporters::Attributes resource, bool protobuf, Sampler sampler, OwnEndpoint own)
        : resource_(std::move(resource)), protobuf_(protobuf), sampler_(sampler), own_(std::move(own)) {}
    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    size_t refused(const exporters::Answer& answer) const override;
    std::shared_ptr<const exporters::Destination> own(const nlohmann::json& vars) const override;

private:
    std::string written(const exporters::Span& span) const;

    const exporters::Attributes resource_;
    const bool protobuf_;
    const Sampler sampler_;
    const OwnEndpoint own_;
};

}  // namespace callback_otel
