#include "gateway/held_events.h"

#include <functional>

#include "base/prefetch.h"

namespace sluice::gateway {
namespace {

// Where `part` stands in `whole`; behind it if it is not a part of it.
size_t placeIn(std::string_view whole, std::string_view part) {
    const std::less_equal<const char*> before;
    const bool inside =
        before(whole.data(), part.data()) && before(part.data() + part.size(), whole.data() + whole.size());
    return inside ? static_cast<size_t>(part.data() - whole.data()) : whole.size();
}

constexpr size_t kGoneMax = 1024;  // less is not worth moving the rest forward

template <class List>
void eraseFront(List& list, size_t count) {
    list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

void HeldEvents::keep(const llm::SseEvent& event) {
    tidy();
    const size_t data_at = placeIn(event.raw, event.data);
    bytes_.append(event.raw);
    if (data_at == event.raw.size()) bytes_.append(event.data);
    events_.push_back({event.raw.size(), data_at, event.data.size(), texts_.size() - texts_end_});
    texts_end_ = texts_.size();
    raw_bytes_ += event.raw.size();
}

HeldEvents::Event HeldEvents::front() const {
    const Sizes& sizes = events_[first_];
    const std::string_view stored = std::string_view(bytes_).substr(bytes_gone_, sizes.stored());
    return {stored.substr(0, sizes.raw), stored.substr(sizes.data_at, sizes.data),
            std::span(texts_).subspan(texts_gone_, sizes.texts)};
}

void HeldEvents::pop() {
    const Sizes& sizes = events_[first_++];
    bytes_gone_ += sizes.stored();
    texts_gone_ += sizes.texts;
    raw_bytes_ -= sizes.raw;
}

void HeldEvents::prefetch() const {
    if (empty()) return;
    constexpr size_t kCommon = 320;  // bytes of an event with one token
    base::prefetch(bytes_.data() + bytes_gone_, std::min(kCommon, bytes_.size() - bytes_gone_));
    base::prefetchToChange(bytes_.data() + bytes_.size(), kCommon);
    base::prefetch(&events_[first_], sizeof(Sizes));
    base::prefetch(texts_.data() + texts_gone_, sizeof(Text));
    base::prefetchToChange(texts_.data() + texts_.size(), sizeof(Text));
}

// What is moved forward is never more than what has gone since the last time.
void HeldEvents::tidy() {
    const size_t left = bytes_.size() - bytes_gone_;
    if (left > 0 && (bytes_gone_ < kGoneMax || bytes_gone_ < left)) return;
    bytes_.erase(0, bytes_gone_);
    eraseFront(events_, first_);
    eraseFront(texts_, texts_gone_);
    texts_end_ -= texts_gone_;
    bytes_gone_ = first_ = texts_gone_ = 0;
}

}  // namespace sluice::gateway
