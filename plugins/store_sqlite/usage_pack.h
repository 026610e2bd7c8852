// Usage events of a batch as bytes, which is how a month keeps them: callers come again and again, so most of
// an event is what the one before it had. A fifth of what a row of its own takes, to write and to keep.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "usage_row.h"

namespace store_sqlite {

/// Of each event, numbers as LEB128:
///   bits: which numbers and texts are not those of the event before (of the first: not 0, not empty)
///   the length of the call id, and the call id
///   of each such number the difference, zigzag; of each such text its length and itself
class UsagePackWriter {
public:
    /// Texts must live until clear().
    void add(const UsageRow& row);
    size_t count() const { return count_; }
    const std::string& bytes() const { return bytes_; }
    void clear();

private:
    std::string bytes_;
    UsageRow last_;
    size_t count_ = 0;
};

class UsagePackReader {
public:
    /// The bytes must outlive what is read.
    explicit UsagePackReader(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

    /// Until the next call; null at the end. Throws SqlError if they are not what UsagePackWriter writes.
    const UsageRow* next();

private:
    int64_t number();
    std::string_view text();

    const char* at_;
    const char* end_;
    UsageRow row_;
};

}  // namespace store_sqlite
