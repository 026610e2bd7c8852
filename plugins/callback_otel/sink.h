// Records as spans, and what the sinks of all signals share.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exporters/otlp.h"
#include "exporters/sink.h"
#include "exporters/span.h"
#include "trace_parent.h"

namespace callback_otel {

/// For callback_vars of keys and teams.
using OwnEndpoint = std::function<std::shared_ptr<const exporters::Destination>(const nlohmann::json&)>;

struct Common {
    exporters::Attributes resource;
    bool protobuf = true;
    Sampler sampler;
    OwnEndpoint own;
};

exporters::Outgoing request(exporters::Signal signal, const Common& common,
                            const std::vector<std::string>& items, size_t begin, size_t end,
                            const exporters::Destination& to);

class SpanSink final : public exporters::Sink {
public:
    explicit SpanSink(Common common) : common_(std::move(common)) {}
    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    size_t refused(const exporters::Answer& answer) const override;
    std::shared_ptr<const exporters::Destination> own(const nlohmann::json& vars) const override;

private:
    std::string written(const exporters::Span& span) const;

    const Common common_;
};

}  // namespace callback_otel
