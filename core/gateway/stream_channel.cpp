#include "gateway/stream_channel.h"

#include <algorithm>

namespace sluice::gateway {

using host::Outcome;

namespace {

constexpr size_t kSaidMax = 16 * 1024 * 1024;

}  // namespace

StreamChannel::StreamChannel(host::Runner& runner, const std::vector<host::Subscription>& row, uint32_t lane,
                             uint32_t part)
    : lane_(lane), part_(part) {
    for (const auto& subscription : row) {
        if (subscription.lanes & lane) stages_.emplace_back(runner, subscription, lane, part);
    }
}

bool StreamChannel::feed(uint64_t place, std::string_view text, int32_t end) {
    if (ended_) return true;
    started_ = true;
    ended_ = end != SLUICE_END_NOT_YET;
    if (heard_.size() < kSaidMax) heard_.append(text);
    stages_.front().input().append(place, text);
    const size_t before = ready_.size();
    if (!pass(0, end)) return false;
    say(before);
    return true;
}

// From `stage` on: what the one releases is what the next one sees.
bool StreamChannel::pass(size_t stage, int32_t end) {
    for (; stage < stages_.size(); ++stage) {
        if (!stages_[stage].hasInput() && end == SLUICE_END_NOT_YET) return true;
        if (stages_[stage].feed(end, behind(stage)) == Outcome::Abort) return false;
    }
    return true;
}

// What is ready beyond the bytes that were.
void StreamChannel::say(size_t before) {
    if (said_.size() < kSaidMax) said_.append(ready_.view().substr(before));
}

bool StreamChannel::expire(base::TimePoint now) {
    const size_t before = ready_.size();
    for (size_t i = 0; i < stages_.size(); ++i) {
        if (stages_[i].deadline() > now) continue;
        if (stages_[i].expire(behind(i)) == Outcome::Abort || !pass(i + 1, SLUICE_END_NOT_YET)) return false;
    }
    say(before);
    return true;
}

uint64_t StreamChannel::oldest() const {
    uint64_t oldest = host::kNoPlace;
    for (const auto& stage : stages_) oldest = std::min(oldest, stage.oldestPlace());
    return oldest;
}

base::TimePoint StreamChannel::deadline() const {
    base::TimePoint first = base::kNever;
    for (const auto& stage : stages_) first = std::min(first, stage.deadline());
    return first;
}

}  // namespace sluice::gateway
