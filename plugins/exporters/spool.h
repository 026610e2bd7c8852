// Records of one destination on the disk, for the time in which it takes none, in the order in which they
// came.
//
//   DIRECTORY/0/lock, DIRECTORY/0/00001767225600000-0000.records, DIRECTORY/1/…
//
// Each process, and each generation of a reload, has a numbered slot of its own as long as it holds the lock
// (flock) on it; the lock goes with the process, however that ends. Segments in a slot that nobody holds are
// moved over into one's own. No fsync: records survive kill -9, not a power cut. [one thread]
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "segment.h"

namespace exporters {

struct SpoolOptions {
    std::string directory;
    uint64_t bytes_max =
        0;  // of all spools that share `total`; then the oldest records of this one are dropped
    uint64_t segment_bytes = 0;
};

class Spool {
public:
    /// `total`: bytes of all spools together. `dropped`: that many records are lost, and why ("spool_full",
    /// "damaged").
    Spool(SpoolOptions options, std::atomic<int64_t>& total,
          std::function<void(size_t, const char*)> dropped);
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// Makes the directory, takes a slot, finds what is in it. 0 or an errno. Again after a failure.
    int open();
    bool isOpen() const { return lock_ >= 0; }
    /// Takes over what others have left. Cheap when there is nothing: it lists a directory.
    void adopt();

    /// All or nothing: 0 or an errno.
    int append(const std::vector<std::string_view>& records);
    /// The oldest ones.
    std::vector<std::string> read(size_t records_max, uint64_t bytes_max);
    /// The first `records` of what read() gave are sent, or given up.
    void sent(size_t records);

    bool empty() const { return records_ == 0; }
    size_t records() const { return records_; }

private:
    int roll();
    void take(const std::string& slot);
    void add(Segment segment);
    void dropOldest(const char* why);
    std::string slotPath(int number) const;

    const SpoolOptions options_;
    std::atomic<int64_t>& total_;
    const std::function<void(size_t, const char*)> dropped_;
    std::string slot_;
    int lock_ = -1;
    std::deque<Segment> segments_;  // the oldest first; the last one grows
    size_t records_ = 0;
    unsigned number_ = 0;  // of segments made here, for their names
};

}  // namespace exporters
