// The segments of one slot: what of them is in the store, and what is not yet.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "file.h"

namespace ledger {

enum class Level { Info, Warn, Error };
using Log = std::function<void(Level, const std::string&)>;

/// Some bytes of a segment, to be read.
struct Piece {
    std::string path;
    std::shared_ptr<const File> file;  // null: to be opened
    uint64_t begin = 0;
    uint64_t end = 0;
};

/// Whole frames behind the head of a file.
struct Segment {
    std::string path;
    std::shared_ptr<const File> file;  // of the one that is written, which may have lost its name
    uint64_t size = 0;                 // bytes of head and whole frames
    uint64_t done = 0;                 // bytes of these that are in the store
    uint64_t events = 0;               // that are not
    bool growing = false;
    bool damaged = false;  // it is set aside and not removed, once it is done
};

/// One thread writes, another one reads. [any]
class Segments {
public:
    explicit Segments(Log log) : log_(std::move(log)) {}
    Segments(const Segments&) = delete;
    Segments& operator=(const Segments&) = delete;

    void add(Segment segment);
    /// That many bytes and events more in the last one.
    void grow(uint64_t bytes, uint64_t events);
    /// The last one does not grow any more.
    void finish();

    /// What is to be stored next; nothing if all of it is.
    std::optional<Piece> next() const;
    /// That much of what next() gave is in the store now. Segments that are done with are removed.
    void stored(uint64_t bytes, uint64_t events);
    /// What next() gave cannot be understood: the rest of that segment is left out, and the file kept aside
    /// as PATH.damaged.
    void setAside(const std::string& why);

    uint64_t bytes() const;   // that wait, in segments that are there
    uint64_t events() const;  // that wait
    /// Bytes of the last one if all of it is stored, else 0.
    uint64_t idleBytes() const;

private:
    void removeDone();

    const Log log_;
    mutable std::mutex mutex_;
    std::deque<Segment> all_;  // guarded by mutex_
};

/// Reads a segment that somebody has left: what of it counts. Says in the log how many bytes are left out, if
/// any. Nothing if it cannot be read, or is in a format of a later release: then it is left as it is.
std::optional<Segment> inspect(const std::string& path, const Log& log);

}  // namespace ledger
