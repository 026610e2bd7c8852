#include "gateway/stream_channel.h"

#include <algorithm>

#include "base/prefetch.h"

namespace sluice::gateway {

using host::Outcome;

namespace {

constexpr size_t kSaidMax = 16 * 1024 * 1024;

// FNV-1a (datatracker.ietf.org/doc/html/draft-eastlake-fnv): goes on from piece to piece.
constexpr uint64_t kHashStart = 0xcbf29ce484222325;

uint64_t hashOn(uint64_t hash, std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

}  // namespace

StreamChannel::StreamChannel(host::Runner& runner, const std::vector<host::Subscription>& row, uint32_t lane,
                             uint32_t part, std::pmr::memory_resource* memory)
    : lane_(lane), part_(part), heard_hash_(kHashStart), stages_(memory) {
    stages_.reserve(static_cast<size_t>(std::count_if(
        row.begin(), row.end(), [&](const auto& subscription) { return subscription.lanes & lane; })));
    for (const auto& subscription : row) {
        if (subscription.lanes & lane) stages_.emplace_back(runner, subscription, lane, part);
    }
}

bool StreamChannel::feed(uint64_t place, std::string_view text, int32_t end) {
    if (ended_) return true;
    started_ = true;
    ended_ = end != SLUICE_END_NOT_YET;
    if (heard_size_ < kSaidMax) {
        heard_size_ += text.size();
        heard_hash_ = hashOn(heard_hash_, text);
    }
    stages_.front().input().append(place, text);
    const size_t before = ready_.size();
    if (!pass(0, end)) return false;
    say(before);
    return true;
}

bool StreamChannel::heard(std::string_view text) const {
    return text.size() == heard_size_ && hashOn(kHashStart, text) == heard_hash_;
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

void StreamChannel::prefetch() {
    for (auto& stage : stages_) base::prefetch(stage.input().view().data());
    base::prefetchToChange(ready_.view().data());
    base::prefetchToChange(said_.data() + said_.size());
    base::readEarly(oldest());
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
