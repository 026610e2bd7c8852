// What has become of the lines of a batch that runs: a file that grows by a line for each, so that `kill -9`
// loses none that was written. One entry:
//
//   INDEX KIND INPUT OUTPUT CACHED REASONING {…}\n      KIND: o (goes to the output), e (to the errors)
//
// The JSON is the line of the output file as it will be, but for Anthropic, whose results are one file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "directory.h"
#include "records.h"

namespace batches {

/// One thread at a time.
class Journal {
public:
    enum class Outcome : char { None = 0, Output = 'o', Error = 'e' };

    /// A new one, or what another process has left: an entry that was cut off is cut away. `lines`: of the
    /// batch. Throws DiskError.
    Journal(std::string path, size_t lines);

    /// Throws DiskError; then nothing has been added.
    void add(size_t index, Outcome outcome, const Usage& usage, std::string_view json);

    Outcome outcome(size_t index) const { return entries_[index].outcome; }
    size_t lines() const { return entries_.size(); }
    size_t done() const { return succeeded_ + failed_; }
    size_t succeeded() const { return succeeded_; }
    size_t failed() const { return failed_; }
    const Usage& usage() const { return usage_; }
    uint64_t bytes() const { return bytes_; }
    /// The JSON of a line that has an outcome. Throws DiskError.
    std::string json(size_t index) const;

private:
    struct Entry {
        uint64_t offset = 0;
        uint32_t length = 0;
        Outcome outcome = Outcome::None;
    };
    void readBack();
    /// Takes note of the entry at `offset`, without its end of line. False if it is none.
    bool note(std::string_view text, uint64_t offset);

    const std::string path_;
    Descriptor file_;
    std::vector<Entry> entries_;
    size_t succeeded_ = 0, failed_ = 0;
    Usage usage_;
    uint64_t bytes_ = 0;
};

}  // namespace batches
