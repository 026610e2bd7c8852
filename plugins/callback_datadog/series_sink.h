// Measures over Datadog's API, added up for each request. Counts: POST /api/v2/series
// (docs.datadoghq.com/api/latest/metrics/#submit-metrics); times: POST /api/v1/distribution_points
// (#submit-distribution-points), since series have no distributions.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exporters/sink.h"
#include "measures/measures.h"
#include "measures/tags.h"

namespace callback_datadog {

struct SeriesOptions {
    measures::Kind kind = measures::Kind::Count;
    std::string prefix, hostname;
    std::vector<std::string> tags;  // of all series
    int64_t interval_s = 10;
};

/// Datadog keeps the last of two points of the same series and second, so points have the second in which
/// they are sent, and no two requests the same one. What waited in the spool is counted when it is sent.
class SeriesSink final : public exporters::Sink {
public:
    /// `wall_ms`: since the Unix epoch.
    SeriesSink(SeriesOptions options, std::shared_ptr<const measures::Tagger> tagger,
               std::function<int64_t()> wall_ms)
        : options_(std::move(options)), tagger_(std::move(tagger)), wall_ms_(std::move(wall_ms)) {}

    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;

private:
    int64_t nextSecond() const;

    const SeriesOptions options_;
    const std::shared_ptr<const measures::Tagger> tagger_;
    const std::function<int64_t()> wall_ms_;
    mutable std::atomic<int64_t> last_{0};
};

}  // namespace callback_datadog
