// Text on its way through a stream, with the place in the stream that each byte came from.
#pragma once

#include <cstdint>
#include <string_view>

#include <boost/container/small_vector.hpp>

namespace sluice::host {

inline constexpr uint64_t kNoPlace = UINT64_MAX;

/// A queue of bytes: text goes in at the end and out at the front. It keeps its memory.
class PlacedText {
public:
    std::string_view view() const { return {bytes_.data() + gone_, size()}; }
    size_t size() const { return bytes_.size() - gone_; }
    bool empty() const { return size() == 0; }
    /// Of its first and its last byte; kNoPlace if it is empty.
    uint64_t firstPlace() const { return empty() ? kNoPlace : marks_[first_].place; }
    uint64_t lastPlace() const { return empty() ? kNoPlace : marks_.back().place; }

    void append(uint64_t place, std::string_view text);
    void clear();

    /// Takes bytes from the front. What is returned lives until the next append or clear.
    std::string_view take(size_t bytes);
    /// The same, up to the first byte from behind that place.
    std::string_view takeUpTo(uint64_t place);
    /// Takes bytes from the front and appends them to `to`.
    void moveTo(PlacedText& to, size_t bytes);

private:
    struct Mark {  // the next `bytes` came from there
        uint64_t place;
        size_t bytes;
    };
    void tidy();
    void mark(uint64_t place, size_t bytes);

    // Most texts that wait are short. What every event touches stands in one piece with whoever owns this,
    // and not in blocks here and there.
    boost::container::small_vector<char, 40> bytes_;
    boost::container::small_vector<Mark, 3> marks_;
    size_t gone_ = 0;   // bytes that were taken and still stand in front
    size_t first_ = 0;  // likewise marks
};

}  // namespace sluice::host
