// One text of a stream on its way through one subscriber: what the plugin has not released yet waits here.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "plugin_host/runner.h"

namespace sluice::host {

/// A piece of text and the place in the stream that it came from. Places ascend.
struct PlacedText {
    uint64_t place;
    std::string text;
};

inline constexpr uint64_t kNoPlace = UINT64_MAX;

class StreamStage {
public:
    StreamStage(Runner& runner, const Subscription& subscription, uint32_t lane, uint32_t part);

    /// Takes what the stage before has released; adds what this one releases to `out`. `end` says whether
    /// more is to come. Abort: the stream must not go on. [loop]
    Outcome feed(const std::vector<PlacedText>& in, int32_t end, std::vector<PlacedText>& out);
    /// Text has been held up to its deadline: shows what was not shown yet, then follows the hold policy.
    Outcome expire(std::vector<PlacedText>& out);

    /// The first place whose text is still here; kNoPlace if nothing is.
    uint64_t oldestPlace() const { return marks_.empty() ? kNoPlace : marks_.front().place; }
    base::TimePoint deadline() const { return deadline_; }

private:
    struct Mark {  // the next `bytes` of the window came from there
        uint64_t place;
        size_t bytes;
    };
    Outcome show(size_t size, int32_t end, std::vector<PlacedText>& out);
    Outcome overflow(const char* limit, std::vector<PlacedText>& out);
    void release(size_t size, const std::vector<StreamCall::Edit>& edits, std::vector<PlacedText>& out);
    void move(size_t bytes, std::vector<PlacedText>* out);
    void watch();

    Runner& runner_;
    Subscription subscription_;
    uint32_t lane_, part_;
    std::string window_;
    std::deque<Mark> marks_;
    size_t shown_ = 0;  // of the window: the plugin has seen it and did not release it
    base::TimePoint deadline_ = base::kNever;
};

/// Where the last whole unit of a grain (SLUICE_GRAIN_*) ends, if it ends behind `from`; 0 otherwise.
size_t wholeUnits(std::string_view text, size_t from, int32_t granularity);

}  // namespace sluice::host
