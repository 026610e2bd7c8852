// The table of entries: looked up by a reader, changed by the writer.
//
// Room is counted in pages of the file, so the bound is that of the disk, whatever the tables take. When it
// gets scarce the oldest entries go; one that has been found since it got there begins anew at the end
// instead (second chance), which also keeps the pages full. The cost of that is bounded by transaction.
//
// Each entry has a checksum of key, expiry and value: bytes that come back otherwise than they were put are
// never given to anybody. All functions throw SqlError. Not for two threads at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "files.h"
#include "options.h"
#include "used.h"

namespace cache_disk {

struct Found {
    std::string value;
    int64_t expires_ms = 0;
};

class Lookup {
public:
    Lookup(Connection connection, Used& used);

    enum class Outcome { Found, Absent, Damaged };
    Outcome find(std::string_view key, int64_t now_ms, Found& found);

private:
    Connection connection_;
    Statement by_key_;
    Used& used_;
};

class Entries {
public:
    Entries(Connection connection, const Options& options, Used& used);

    /// What follows, up to commit(), is done as a whole or not at all.
    void begin();
    void commit();
    void rollback();

    void put(std::string_view key, std::string_view value, int64_t expires_ms, int64_t now_ms);
    /// Was it there?
    bool remove(std::string_view key, int64_t now_ms);
    /// Some of those that begin with `prefix`; false if there are no more. Of everything: all at once.
    bool flushSome(std::string_view prefix);
    /// Moves the log into the database if it has become long, past readers that are at work.
    void shorten(const std::string& path);

    uint64_t evicted() const { return evicted_; }
    uint64_t expired() const { return expired_; }
    /// Pages that an entry of this size takes, rather too many.
    static int64_t pagesFor(size_t bytes);

private:
    void makeRoom(int64_t pages, int64_t now_ms);
    int64_t room();
    bool evict(int64_t now_ms);

    const int64_t pages_max_, log_bytes_;
    Used& used_;
    Connection connection_;
    Statement insert_, remove_, flush_, oldest_, again_, drop_, page_count_, free_count_;
    std::optional<Transaction> transaction_;
    int64_t room_ = 0;                 // pages that may be taken, at least
    int64_t second_chance_pages_ = 0;  // that this transaction may still write for them
    uint64_t evicted_ = 0, expired_ = 0;
};

}  // namespace cache_disk
