// Records as spans of Datadog's LLM Observability
// (docs.datadoghq.com/llm_observability/instrumentation/api, "Spans API").
#pragma once

#include <string>
#include <vector>

#include "exporters/sink.h"

namespace callback_datadog {

struct LlmOptions {
    std::string ml_app;
    std::vector<std::string> tags;  // of all spans: "env:prod"
};

class LlmSink final : public exporters::Sink {
public:
    explicit LlmSink(LlmOptions options) : options_(std::move(options)) {}
    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    // The intake takes 5 MB a request, and cuts spans of more than 1 MB.
    size_t itemsMax() const override { return 1'000; }
    size_t bytesMax() const override { return 4'500'000; }

private:
    const LlmOptions options_;
};

}  // namespace callback_datadog
