// The file: found or made, with a mode of its own, in WAL, at the schema of this release.
#pragma once

#include <cstdint>
#include <string>

#include "sqlite.h"
#include "store_common/log.h"

namespace store_sqlite {

struct Options {
    std::string path = "sluice.db";   // ":memory:": a file of its own that goes with the store
    int64_t busy_timeout_ms = 5'000;  // for how long the lock of another process is waited for
    int64_t retention_days = 0;       // of usage events; 0: for ever
    int64_t poll_ms = 500;            // how often changes of other processes are looked for
    int64_t tombstone_ms = 86'400'000;
    bool sync = true;  // false: a power cut may take the last transactions, never the file
};

class Database {
public:
    /// Throws std::runtime_error with words for the operator: what was found, what is allowed.
    Database(const Options& options, const Log& log);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// A connection more, for reading and short writing. Throws SqlError.
    Connection connect() const;
    /// The same for all paths of one file; of another file another.
    const std::string& identity() const { return identity_; }
    const std::string& path() const { return path_; }

private:
    void create(const Log& log);
    void prepare() const;
    void prepareOnce() const;
    std::string wordsFor(const SqlError& error) const;

    Options options_;
    std::string path_;
    std::string temporary_;  // a directory of our own, or empty
    std::string identity_;
};

}  // namespace store_sqlite
