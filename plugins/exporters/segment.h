// A file of records that wait, and how far its reader has come.
//
//   the file:  "sluicex1" | u64 where the first record stands that has not been sent | frames
//   a frame:   u32 length | u32 CRC-32 of the length and the record | record
//
// Written by append, and with one write of eight bytes for each batch that was sent: what a killed process
// leaves is whole records and perhaps the beginning of one, which is left out. Numbers are the machine's own.
// [one thread]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace exporters {

constexpr size_t kRecordBytesMax = size_t{64} << 20;

class Segment {
public:
    /// A new file, 0600. `error`: 0 or an errno.
    static Segment create(const std::string& path, int& error);
    /// One that somebody has left. error is EBADMSG if it is no segment.
    static Segment open(const std::string& path, int& error);
    Segment(Segment&& from) noexcept;
    Segment& operator=(Segment&& from) noexcept;
    ~Segment();

    /// 0 or an errno; then nothing of it counts.
    int append(const std::vector<std::string_view>& records);
    /// Up to that many, from the first that was not sent; at least one if there is one.
    std::vector<std::string> read(size_t records_max, uint64_t bytes_max) const;
    /// The first `records` of these are sent. 0 or an errno.
    int sent(size_t records);
    /// Takes the file away.
    void remove();

    const std::string& path() const { return path_; }
    void setPath(std::string path) { path_ = std::move(path); }
    uint64_t bytes() const { return end_; }
    size_t records() const { return records_; }         // that were not sent
    uint64_t damagedBytes() const { return damaged_; }  // at the end, which open() has left out

private:
    Segment(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
    int scan();

    std::string path_;
    int fd_ = -1;
    uint64_t done_ = 0;  // offset of the first frame that was not sent
    uint64_t end_ = 0;   // offset behind the last whole frame
    size_t records_ = 0;
    uint64_t damaged_ = 0;
};

}  // namespace exporters
