// Records as entries of Datadog's log intake, version 2 (docs.datadoghq.com/api/latest/logs/#send-logs).
#pragma once

#include <string>

#include "exporters/sink.h"
#include "labels.h"

namespace callback_datadog {

class LogSink final : public exporters::Sink {
public:
    explicit LogSink(Labels labels) : labels_(std::move(labels)) {}
    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    // The intake takes 5 MB and 1,000 entries a request, before compression.
    size_t itemsMax() const override { return 1'000; }
    size_t bytesMax() const override { return 4'500'000; }

private:
    const Labels labels_;
};

}  // namespace callback_datadog
