// The index on a disk: one record for each question that was kept, appended. What is read back is what was
// written, up to the first record that is not whole; expired ones are left out when the file is read, and the
// file is written anew. One gateway to a file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "semantic/vectors.h"

namespace cache {

class Journal {
public:
    /// Throws std::runtime_error if the file cannot be opened or another process has it. [control]
    explicit Journal(std::string path);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// What was kept and has not expired; the file holds nothing else then. [control]
    std::vector<Answered> load(int64_t now_ms);
    /// [offload]
    void append(const std::vector<Answered>& list);

private:
    bool lock() const;

    const std::string path_;
    int fd_ = -1;
};

/// One record, and reading it back; nothing if it is not whole. `size` is how much of `bytes` it was.
std::string packed(const Answered& one);
bool unpack(std::string_view bytes, Answered& one, size_t& size);

}  // namespace cache
