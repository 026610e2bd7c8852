// A file descriptor that closes itself, and the few things that are done with one. Errors are errno values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ledger {

class File {
public:
    File() = default;
    explicit File(int fd) : fd_(fd) {}
    File(File&& from) noexcept : fd_(from.fd_) { from.fd_ = -1; }
    File& operator=(File&& from) noexcept;
    ~File();

    /// `flags` as for open(2); made with mode 0600. Not open if that failed: errno says why.
    static File open(const std::string& path, int flags);

    explicit operator bool() const { return fd_ >= 0; }
    int fd() const { return fd_; }

    /// All of it, at the end of a file opened with O_APPEND: one write(2) unless the disk takes a part only.
    /// 0 or an errno; then a part may have been written.
    int append(std::string_view bytes) const;
    /// At most `size` bytes from there; fewer at the end of the file. 0 or an errno.
    int read(uint64_t offset, size_t size, std::string& out) const;
    /// Negative: it cannot be asked.
    int64_t size() const;
    /// Is it in no directory any more?
    bool removed() const;

private:
    int fd_ = -1;
};

/// Makes the directory (0700) if it is not there. 0 or an errno.
int makeDirectory(const std::string& path);
/// For names that have come or gone to outlive a power cut. 0 or an errno.
int syncDirectory(const std::string& path);
/// "PATH: No space left on device"
std::string faultText(const std::string& path, int error);

}  // namespace ledger
