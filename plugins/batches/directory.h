// Files of the plugin on the disk: whole or absent, for this user alone, in a directory that one gateway has.
// Everything throws DiskError with words for the operator. [offload] and the engine's thread
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace batches {

struct DiskError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    Descriptor& operator=(Descriptor&& other) noexcept;
    int get() const { return fd_; }

private:
    int fd_;
};

class Directory {
public:
    /// Makes it (0700), with files/ and batches/ in it, and locks it. The lock (flock) is one of this object:
    /// a second object, in this process or another, is told who has it.
    explicit Directory(const std::string& path);

    const std::string& path() const { return path_; }
    std::string file(const std::string& id, const char* ending) const {
        return path_ + "/files/" + id + ending;
    }
    std::string batch(const std::string& id, const char* ending) const {
        return path_ + "/batches/" + id + ending;
    }
    /// Names in files/ or batches/.
    std::vector<std::string> names(const char* folder) const;

private:
    std::string path_;
    Descriptor lock_;
};

/// Written beside it and renamed, with the disk waited for: whole or as it was, whatever happens. Mode 0600.
void writeWhole(const std::string& path, std::string_view bytes);
/// A new, empty file, mode 0600, for reading and writing at its end.
Descriptor create(const std::string& path);
Descriptor openForReading(const std::string& path);
void appendTo(const Descriptor& file, std::string_view bytes, const std::string& path);
std::string readWhole(const std::string& path);
std::string readAt(const Descriptor& file, uint64_t offset, size_t bytes);
/// A file written by its writer alone takes its place under another name, with the disk waited for.
void settle(const Descriptor& file, const std::string& from, const std::string& to);
void link(const std::string& from, const std::string& to);
/// Says nothing if it is not there.
void removeFile(const std::string& path);
uint64_t sizeOf(const std::string& path);  // 0 if it is not there

}  // namespace batches
