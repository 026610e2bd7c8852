#include "courier.h"

#include <algorithm>

namespace ledger {
namespace {

constexpr size_t kInternalMax = 5;
constexpr size_t kDoubtsMax = 32;  // more than the halves on the way to one of 100,000 events

bool isAboutEvent(sluice_status status) { return status == SLUICE_E_INVALID || status == SLUICE_E_LIMIT; }

}  // namespace

bool Courier::deliver(const Events& events) {
    refused_.clear();
    taken_ = false;
    doubts_ = internal_in_row_ < kInternalMax ? 0 : kDoubtsMax;
    if (!walk(events.data(), events.size())) return false;
    const bool certain = taken_ || std::all_of(refused_.begin(), refused_.end(),
                                               [](const Refused& one) { return isAboutEvent(one.status); });
    if (!certain) return false;
    for (const auto& [event, status] : refused_) {
        if (!reject_(*event, status)) return false;
        ++rejected_;
    }
    internal_in_row_ = 0;
    return true;
}

bool Courier::walk(const sluice_record* const* events, size_t count) {
    if (count == 0) return true;
    const sluice_status status = append_(events, count);
    if (status == SLUICE_OK) {
        taken_ = true;
        return true;
    }
    if (!isAboutEvent(status)) {
        if (status != SLUICE_E_INTERNAL) return false;
        ++internal_in_row_;
        if (doubts_ == 0) return false;
        if (!taken_) --doubts_;
    }
    if (count == 1) {
        refused_.push_back({*events, status});
        return true;
    }
    const size_t half = count / 2;
    return walk(events, half) && walk(events + half, count - half);
}

}  // namespace ledger
