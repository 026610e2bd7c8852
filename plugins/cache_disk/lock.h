// One process has a directory: a lock on the file `lock` in it, which goes with the process, however that
// ends.
//
// It is a lock of the process (fcntl, F_SETLK): the old and the new generation of one gateway both have it,
// also when they are different libraries, and no other process has. But closing any descriptor of the file
// lets go of it. Inside a library the last Lock of a directory closes; where two libraries have one, the
// other takes it again within a second: renew(). In between somebody else could get it, which does no harm to
// the database (SQLite has locks of its own), and shows with the next renew().
#pragma once

#include <memory>
#include <string>

namespace cache_disk {

class Lock {
public:
    /// `directory` is there. Throws std::runtime_error if the file cannot be opened.
    explicit Lock(const std::string& directory);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

    /// Has this process the lock (again)? If not, holder() says who has it.
    bool renew();
    /// "process 4711", or "another process" where it cannot be seen.
    const std::string& holder() const { return holder_; }

private:
    struct File;
    std::shared_ptr<File> file_;
    std::string holder_;
};

}  // namespace cache_disk
