// The names under which a file is moved aside: PATH.1 is the newest, PATH.2 was that before, each perhaps
// with .gz behind it. Names change only with a lock (flock) on the directory, which all processes that share
// the file take for as long as a few renames need.
#pragma once

#include <sys/types.h>
#include <string>

namespace callback_jsonl {

class Rotation {
public:
    /// `keep`: at least 1.
    Rotation(std::string path, int keep) : path_(std::move(path)), keep_(keep) {}

    /// Moves the file that `fd` is to PATH.1, unless the path means another one by now. 0 or an errno.
    int turn(int fd) const;
    /// PATH.1 to PATH.keep, whether they are there or not.
    std::string plainName(int number) const { return path_ + "." + std::to_string(number); }
    int keep() const { return keep_; }
    /// Where a file is compressed to, before it has its name.
    std::string draftName(ino_t inode) const { return path_ + ".gz-" + std::to_string(inode) + ".tmp"; }
    /// `draft` takes the place of the file that is `inode`, whatever its number is by now. False: it has
    /// gone.
    bool replace(ino_t inode, const std::string& draft) const;

private:
    class DirectoryLock;
    void shift() const;

    const std::string path_;
    const int keep_;
};

}  // namespace callback_jsonl
