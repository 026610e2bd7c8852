// A bounded byte pipe between two fibers of one loop: the writer parks while it is full, the reader while it
// is empty.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/fiber.h"

namespace sluice::base {

class Pipe {
public:
    explicit Pipe(size_t capacity) : capacity_(capacity) {}

    /// Hands over all of `bytes`. Interrupted if the reader has closed or the fiber was interrupted. [loop]
    Wake write(std::string_view bytes, TimePoint deadline);
    /// No more will be written; the reader drains what is left, then sees the end. [loop]
    void finish();
    /// The reader takes nothing more; a parked writer wakes up. [loop]
    void close();

    /// Moves at most `max` bytes to the end of `out`; Ready with nothing added means the end. [loop]
    Wake read(std::string& out, size_t max, TimePoint deadline);
    bool finished() const { return finished_; }
    /// read() would not wait.
    bool readable() const { return finished_ || !buffer_.empty(); }
    bool closed() const { return closed_; }

private:
    const size_t capacity_;
    std::string buffer_;
    Fiber* reader_ = nullptr;
    Fiber* writer_ = nullptr;
    bool finished_ = false;
    bool closed_ = false;
};

}  // namespace sluice::base
