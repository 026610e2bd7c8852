#include "base/pipe.h"

#include <algorithm>

namespace sluice::base {

Wake Pipe::write(std::string_view bytes, TimePoint deadline) {
    while (!bytes.empty()) {
        if (closed_) return Wake::Interrupted;
        const size_t n = std::min(bytes.size(), capacity_ - std::min(capacity_, buffer_.size()));
        buffer_.append(bytes.substr(0, n));
        bytes.remove_prefix(n);
        if (n > 0 && reader_) reader_->wake();
        if (bytes.empty()) break;
        writer_ = Fiber::current();
        const Wake wake = Fiber::park(deadline);
        writer_ = nullptr;
        if (wake != Wake::Ready) return wake;
    }
    return closed_ ? Wake::Interrupted : Wake::Ready;
}

void Pipe::finish() {
    finished_ = true;
    if (reader_) reader_->wake();
}

void Pipe::close() {
    closed_ = true;
    if (writer_) writer_->wake();
}

Wake Pipe::read(std::string& out, size_t max, TimePoint deadline) {
    while (buffer_.empty() && !finished_) {
        reader_ = Fiber::current();
        const Wake wake = Fiber::park(deadline);
        reader_ = nullptr;
        if (wake != Wake::Ready) return wake;
    }
    const size_t n = std::min(max, buffer_.size());
    out.append(buffer_, 0, n);
    buffer_.erase(0, n);
    if (writer_) writer_->wake();
    return Wake::Ready;
}

}  // namespace sluice::base
