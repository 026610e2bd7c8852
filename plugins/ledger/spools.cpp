#include "spools.h"

#include <algorithm>
#include <utility>

namespace ledger {

void Spools::add(std::shared_ptr<Spool> spool) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(spool));
}

std::shared_ptr<Spool> Spools::next() {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < all_.size(); ++i) {
        turn_ = (turn_ + 1) % all_.size();
        if (all_[turn_]->segments.next()) return all_[turn_];
    }
    return nullptr;
}

void Spools::dropEmpty() {
    const std::lock_guard lock(mutex_);
    const auto empty = [](const auto& spool) { return !spool->writing && !spool->segments.next(); };
    all_.erase(std::remove_if(all_.begin(), all_.end(), empty), all_.end());
}

uint64_t Spools::bytes() const {
    const std::lock_guard lock(mutex_);
    uint64_t bytes = 0;
    for (const auto& spool : all_) bytes += spool->segments.bytes();
    return bytes;
}

uint64_t Spools::events() const {
    const std::lock_guard lock(mutex_);
    uint64_t events = 0;
    for (const auto& spool : all_) events += spool->segments.events();
    return events;
}

uint64_t Spools::ownEvents() const {
    const std::lock_guard lock(mutex_);
    uint64_t events = 0;
    for (const auto& spool : all_) events += spool->replayed ? 0 : spool->segments.events();
    return events;
}

void Overflow::put(Frames&& frames) {
    const std::lock_guard lock(mutex_);
    frames_.bytes += frames.bytes;
    frames_.events += frames.events;
    frames = {};
}

Frames Overflow::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(frames_, {});
}

Frames Overflow::lend() {
    const std::lock_guard lock(mutex_);
    lent_ = frames_.events;
    return std::exchange(frames_, {});
}

void Overflow::giveBack(Frames&& frames) {
    put(std::move(frames));
    const std::lock_guard lock(mutex_);
    lent_ = 0;
}

bool Overflow::lent() const {
    const std::lock_guard lock(mutex_);
    return lent_ > 0;
}

size_t Overflow::events() const {
    const std::lock_guard lock(mutex_);
    return frames_.events + lent_;
}

}  // namespace ledger
