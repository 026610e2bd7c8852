#include "plugin_host/placed_text.h"

#include <algorithm>

namespace sluice::host {
namespace {

constexpr size_t kGoneMax = 64;  // less is not worth moving the rest forward

}  // namespace

void PlacedText::append(uint64_t place, std::string_view text) {
    if (text.empty()) return;
    tidy();
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    mark(place, text.size());
}

void PlacedText::mark(uint64_t place, size_t bytes) {
    if (first_ < marks_.size() && marks_.back().place == place) {
        marks_.back().bytes += bytes;
    } else {
        marks_.push_back({place, bytes});
    }
}

void PlacedText::clear() {
    bytes_.clear();
    marks_.clear();
    gone_ = first_ = 0;
}

// What is moved forward is never more than what was taken since the last time.
void PlacedText::tidy() {
    if (empty()) return clear();
    if (gone_ < kGoneMax || gone_ < size()) return;
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(gone_));
    marks_.erase(marks_.begin(), marks_.begin() + static_cast<std::ptrdiff_t>(first_));
    gone_ = first_ = 0;
}

std::string_view PlacedText::take(size_t bytes) {
    const std::string_view taken = view().substr(0, bytes);
    for (size_t left = taken.size(); left > 0;) {
        Mark& mark = marks_[first_];
        const size_t part = std::min(mark.bytes, left);
        left -= part;
        mark.bytes -= part;
        if (mark.bytes == 0) ++first_;
    }
    gone_ += taken.size();
    return taken;
}

std::string_view PlacedText::takeUpTo(uint64_t place) {
    const size_t from = gone_;
    for (; first_ < marks_.size() && marks_[first_].place <= place; ++first_) gone_ += marks_[first_].bytes;
    return {bytes_.data() + from, gone_ - from};
}

void PlacedText::moveTo(PlacedText& to, size_t bytes) {
    const std::string_view moved = view().substr(0, bytes);
    if (moved.empty()) return;
    to.tidy();
    to.bytes_.insert(to.bytes_.end(), moved.begin(), moved.end());
    for (size_t left = moved.size(); left > 0;) {
        Mark& mark = marks_[first_];
        const size_t part = std::min(mark.bytes, left);
        to.mark(mark.place, part);
        left -= part;
        mark.bytes -= part;
        if (mark.bytes == 0) ++first_;
    }
    gone_ += moved.size();
}

}  // namespace sluice::host
