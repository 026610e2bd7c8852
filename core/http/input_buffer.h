// Bytes that have arrived and are not used up yet: contiguous, growing on demand, with room behind them that
// simdjson may look at. Views into it die with the next read or consume.
#pragma once

#include <cstring>
#include <memory>
#include <string_view>

namespace sluice::http {

class InputBuffer {
public:
    static constexpr size_t kPadding = 64;  // SIMDJSON_PADDING

    std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }
    size_t size() const { return end_ - begin_; }

    /// Room for at least `min` more bytes; commit() says how many were written.
    char* space(size_t min) {
        if (capacity_ - end_ < min) grow(min);
        return data_.get() + end_;
    }
    size_t spaceSize() const { return capacity_ - end_; }
    void commit(size_t n) { end_ += n; }

    void consume(size_t n) {
        begin_ += n;
        if (begin_ == end_) begin_ = end_ = 0;
    }

    /// Gives the memory back if nothing is in it: an idle connection or a stream holds none.
    void releaseIfEmpty() {
        if (!empty()) return;
        data_.reset();
        capacity_ = 0;
    }

private:
    void grow(size_t min) {
        const size_t used = size();
        if (used + min <= capacity_) {
            std::memmove(data_.get(), data_.get() + begin_, used);
        } else {
            size_t capacity = capacity_ ? capacity_ : 4096 - kPadding;
            while (capacity < used + min) capacity *= 2;
            std::unique_ptr<char[]> bigger(new char[capacity + kPadding]);
            if (used > 0) std::memcpy(bigger.get(), data_.get() + begin_, used);
            data_ = std::move(bigger);
            capacity_ = capacity;
        }
        begin_ = 0;
        end_ = used;
    }

    std::unique_ptr<char[]> data_;
    size_t capacity_ = 0;
    size_t begin_ = 0;
    size_t end_ = 0;
};

}  // namespace sluice::http
