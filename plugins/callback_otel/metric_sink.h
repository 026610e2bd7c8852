// Records to meters: nothing of a single record is sent.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exporters/sink.h"
#include "metric_export.h"
#include "sink.h"

namespace callback_otel {

class MetricSink final : public exporters::Sink {
public:
    /// `to` outlives it.
    MetricSink(MetricExport& to, OwnEndpoint own) : to_(to), own_(std::move(own)) {}
    void encode(const exporters::Node&, std::string_view, std::vector<std::string>&) const override {}
    void encodeFor(const exporters::Destination& to, const exporters::Node& record, std::string_view,
                   std::vector<std::string>&) const override {
        to_.add(to, record);
    }
    exporters::Outgoing assemble(const std::vector<std::string>&, size_t, size_t,
                                 const exporters::Destination&) const override {
        return {};  // there are no items
    }
    bool samples() const override { return false; }
    std::shared_ptr<const exporters::Destination> own(const nlohmann::json& vars) const override {
        return own_(vars);
    }

private:
    MetricExport& to_;
    const OwnEndpoint own_;
};

}  // namespace callback_otel
