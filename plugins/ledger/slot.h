// A directory of the spool that one instance at a time uses: SPOOL/0, SPOOL/1, …
//
// Whose it is says a lock (flock) on its file `lock`, which goes with the process, however that ends, and
// which the old and the new generation of one process do not share. Slots are never removed, so a lock is
// always on the file that the others look at; there are as many as there have been instances at the same
// time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "file.h"

namespace ledger {

class Slot {
public:
    /// Null if somebody else has it or it cannot be had; `error` is 0 or an errno then.
    static std::unique_ptr<Slot> take(const std::string& directory, int& error);
    /// The first one, of at most 1,000, that is free and has no segments. `spool` is made if it is not there.
    static std::unique_ptr<Slot> takeEmpty(const std::string& spool, int& error);
    /// Those in which segments wait, or may wait because they are another user's; whoever has them.
    static std::vector<std::string> withSegments(const std::string& spool);
    ~Slot();
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    const std::string& directory() const { return directory_; }
    /// Paths of its segments, the oldest first.
    std::vector<std::string> segments() const;
    std::string pathOf(uint64_t number) const;

private:
    Slot(std::string directory, File lock) : directory_(std::move(directory)), lock_(std::move(lock)) {}

    const std::string directory_;
    const File lock_;
};

}  // namespace ledger
