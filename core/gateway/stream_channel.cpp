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
    moving_.clear();
    if (!text.empty()) moving_.push_back({place, std::string(text)});
    return pass(0, end);
}

// From `stage` on: what the one releases is what the next one sees.
bool StreamChannel::pass(size_t stage, int32_t end) {
    for (; stage < stages_.size(); ++stage) {
        if (moving_.empty() && end == SLUICE_END_NOT_YET) return true;
        moved_.clear();
        if (stages_[stage].feed(moving_, end, moved_) == Outcome::Abort) return false;
        moving_.swap(moved_);
    }
    for (auto& piece : moving_) {
        if (said_.size() < kSaidMax) said_.append(piece.text);
        ready_.push_back(std::move(piece));
    }
    return true;
}

bool StreamChannel::expire(base::TimePoint now) {
    for (size_t i = 0; i < stages_.size(); ++i) {
        if (stages_[i].deadline() > now) continue;
        moving_.clear();
        if (stages_[i].expire(moving_) == Outcome::Abort || !pass(i + 1, SLUICE_END_NOT_YET)) return false;
    }
    return true;
}

std::string StreamChannel::take(uint64_t place) {
    std::string text;
    size_t taken = 0;
    for (; taken < ready_.size() && ready_[taken].place <= place; ++taken) text.append(ready_[taken].text);
    ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(taken));
    return text;
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
