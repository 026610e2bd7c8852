// The copy of the documents on disk, for a start without the database. It belongs to one database: that of
// another one is not read. Documents hold hashes and no keys, so the copy opens nothing; its mode is 0600 all
// the same.
#pragma once

#include <cstdint>
#include <string>

#include "mirror.h"

namespace store_postgres {

class CacheFile {
public:
    /// `owner`: which database it is of, in any words; only their hash is written. An empty path: no file.
    CacheFile(std::string path, const std::string& owner);

    enum class Found { None, Good, Broken, OfAnother };
    /// Fills `mirror` if it is good; `written_ms` is when it was written.
    Found read(Mirror& mirror, int64_t& written_ms) const;
    /// In place of the old one at once, or not at all. Empty, or why it could not be.
    std::string write(const Mirror& mirror, int64_t now_ms) const;

    bool used() const { return !path_.empty(); }
    const std::string& path() const { return path_; }

private:
    const std::string path_;
    std::string owner_;  // a hash
};

}  // namespace store_postgres
