// Records as log records: one a request, the event gen_ai.client.inference.operation.details of
// OpenTelemetry's conventions (docs/gen-ai/gen-ai-events.md of its semantic-conventions).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exporters/sink.h"
#include "sink.h"

namespace callback_otel {

class LogSink final : public exporters::Sink {
public:
    /// `messages`: with what was asked and answered, where the record has it.
    LogSink(Common common, bool messages) : common_(std::move(common)), messages_(messages) {}
    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    size_t refused(const exporters::Answer& answer) const override;
    std::shared_ptr<const exporters::Destination> own(const nlohmann::json& vars) const override;

private:
    const Common common_;
    const bool messages_;
};

}  // namespace callback_otel
