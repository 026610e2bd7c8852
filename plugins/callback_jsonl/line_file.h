// A file to which whole lines are appended, by any thread of any process, and which is moved aside when it
// has grown or its time is over.
//
// Who writes a line holds a shared lock (flock) on the file and has looked, with the lock, that the path
// still means it; who compresses a file that was moved aside holds it alone. So no line goes into a file that
// has been read already.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "compressor.h"
#include "rotation.h"

namespace callback_jsonl {

struct LineFileOptions {
    std::string path;
    /// Moved to PATH.1 before a line would make it larger. 0: never.
    uint64_t max_bytes = 0;
    /// Moved to PATH.1 before the first line of a new period of that many seconds, counted from 1970, UTC. 0:
    /// never.
    int64_t rotate_s = 0;
    /// PATH.1 to PATH.keep; what would be one more is deleted.
    int keep = 1;
    /// PATH.1 becomes PATH.1.gz, by a thread of its own.
    bool gzip = false;
    /// Each line is on the disk before append returns. Costs a disk's write a line.
    bool sync = false;
};

class LineFile {
public:
    explicit LineFile(LineFileOptions options)
        : options_(std::move(options)),
          rotation_(options_.path, options_.keep),
          compressor_(rotation_, options_.gzip) {}
    ~LineFile();
    LineFile(const LineFile&) = delete;
    LineFile& operator=(const LineFile&) = delete;

    /// Makes the file (0600) if it is not there. Returns an errno, 0 if it is open.
    int open();
    /// Writes `line` and a newline with one system call. Returns an errno, 0 if all of it was written.
    /// [offload]
    int append(std::string_view line);

private:
    int reopen();
    bool current() const;
    int hold();
    void letGo();
    bool due(uint64_t bytes) const;
    int write(std::string_view line);
    void close();

    const LineFileOptions options_;
    const Rotation rotation_;
    std::mutex mutex_;
    // Guarded by mutex_ from here on.
    int fd_ = -1;
    bool torn_ = false;  // the file ends in a part of a line
    Compressor compressor_;
};

}  // namespace callback_jsonl
