// A file to which whole lines are appended, by any thread of any process, and which is moved aside when it
// has grown.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace callback_jsonl {

struct LineFileOptions {
    std::string path;
    /// Moved to PATH.1, over what is there, before a line would make it larger. 0: never.
    uint64_t max_bytes = 0;
    /// Each line is on the disk before append returns. Costs a disk's write a line.
    bool sync = false;
};

class LineFile {
public:
    explicit LineFile(LineFileOptions options) : options_(std::move(options)) {}
    ~LineFile();
    LineFile(const LineFile&) = delete;
    LineFile& operator=(const LineFile&) = delete;

    /// Makes the file (0600) if it is not there. Returns an errno, 0 if it is open.
    int open();
    /// Writes `line` and a newline with one system call. Returns an errno, 0 if all of it was written.
    /// [offload]
    int append(std::string_view line);

private:
    int follow();
    int rotate(uint64_t bytes);
    int write(std::string_view line);
    void close();

    const LineFileOptions options_;
    std::mutex mutex_;
    // Guarded by mutex_ from here on.
    int fd_ = -1;
    bool torn_ = false;  // the file ends in a part of a line
};

}  // namespace callback_jsonl
