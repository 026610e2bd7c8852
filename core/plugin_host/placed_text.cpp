#include "plugin_host/placed_text.h"

#include <algorithm>

namespace sluice::host {
namespace {

constexpr size_t kGoneMax = 64;  // less is not worth moving the rest forward

}  // namespace

void PlacedText::append(uint64_t place, std::string_view text) {
    if (text.empty()) return;
    tidy();
    bytes_.append(text);
    if (first_ < marks_.size() && marks_.back().place == place) {
        marks_.back().bytes += text.size();
    } else {
        marks_.push_back({place, text.size()});
    }
}

void PlacedText::append(const PlacedText& more) {
    std::string_view rest = more.view();
    for (size_t i = more.first_; i < more.marks_.size(); ++i) {
        append(more.marks_[i].place, rest.substr(0, more.marks_[i].bytes));
        rest.remove_prefix(more.marks_[i].bytes);
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
    bytes_.erase(0, gone_);
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
    return std::string_view(bytes_).substr(from, gone_ - from);
}

void PlacedText::moveTo(PlacedText& to, size_t bytes) {
    std::string_view rest = view().substr(0, bytes);
    while (!rest.empty()) {
        Mark& mark = marks_[first_];
        const size_t part = std::min(mark.bytes, rest.size());
        to.append(mark.place, rest.substr(0, part));
        rest.remove_prefix(part);
        gone_ += part;
        mark.bytes -= part;
        if (mark.bytes == 0) ++first_;
    }
}

}  // namespace sluice::host
