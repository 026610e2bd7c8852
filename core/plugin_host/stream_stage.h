// One text of a stream on its way through one subscriber: what the plugin has not released yet waits here.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "plugin_host/placed_text.h"
#include "plugin_host/runner.h"

namespace sluice::host {

class StreamStage {
public:
    StreamStage(Runner& runner, const Subscription& subscription, uint32_t lane, uint32_t part);

    /// What the stage before releases is appended here; then comes feed().
    PlacedText& input() { return window_; }
    bool hasInput() const { return window_.size() > known_; }
    /// Works on the input; adds what this stage releases to `out`. `end` says whether more is to come. Abort:
    /// the stream must not go on. [loop]
    Outcome feed(int32_t end, PlacedText& out);
    /// Text has been held up to its deadline: shows what was not shown yet, then follows the hold policy.
    Outcome expire(PlacedText& out);

    /// The first place whose text is still here; kNoPlace if nothing is.
    uint64_t oldestPlace() const { return window_.firstPlace(); }
    base::TimePoint deadline() const { return deadline_; }

private:
    Outcome take(int32_t end, PlacedText& out);
    Outcome show(size_t size, int32_t end, PlacedText& out);
    Outcome overflow(const char* limit, PlacedText& out);
    void release(size_t size, const std::vector<StreamCall::Edit>& edits, PlacedText& out);
    void watch(bool called);

    Runner& runner_;
    Subscription subscription_;
    uint32_t lane_, part_;
    PlacedText window_;
    size_t known_ = 0;  // of the window: all but the input
    size_t shown_ = 0;  // of the window: the plugin has seen it and did not release it
    base::TimePoint deadline_ = base::kNever;
};

/// Where the last whole unit of a grain (SLUICE_GRAIN_*) ends, if it ends behind `from`; 0 otherwise.
size_t wholeUnits(std::string_view text, size_t from, int32_t granularity);

}  // namespace sluice::host
