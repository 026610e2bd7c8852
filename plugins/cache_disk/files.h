// The directory: DIRECTORY/lock, and DIRECTORY/cache-000001.db with SQLite's -wal and -shm beside it.
//
// A database that is broken is not mended: it is unlinked, and one with the next number begins empty. A
// number never comes back while anybody could have the old file open, so no log gets mixed up with another
// database.
#pragma once

#include <string>

#include "options.h"
#include "store_sqlite/sqlite.h"

namespace cache_disk {

using store_sqlite::Blob;
using store_sqlite::Connection;
using store_sqlite::SqlError;
using store_sqlite::Statement;
using store_sqlite::Transaction;

class Files {
public:
    /// Makes the directory (mode 0700) in one that exists. Throws std::runtime_error with words for the
    /// operator.
    explicit Files(const Options& options);
    ~Files();
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;

    const std::string& directory() const { return directory_; }
    /// The newest database, which is made if there is none; what is older is removed. One that is broken, or
    /// larger than it may be, is replaced, and `reason` says why. Throws SqlError. Only with the lock.
    std::string open(std::string& reason) const;
    /// Is the file to blame, and not the disk? [any]
    static bool isBroken(const SqlError& error, const std::string& path);
    /// After `path` has turned out to be broken: the one after it. Throws SqlError.
    std::string replace(const std::string& path) const;

private:
    std::string pathOf(uint64_t number) const;
    uint64_t newest() const;
    void removeBelow(uint64_t number) const;
    void create(const std::string& path) const;

    const int64_t database_bytes_;
    std::string directory_;
    bool temporary_ = false;
};

}  // namespace cache_disk
