// A byte stream that parks its fiber: what the codec reads from and writes to. Implemented by sockets, TLS
// and, in tests, by memory.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string_view>

#include "base/clock.h"

namespace sluice::http {

enum class Io {
    Ok,
    Eof,          // read: the peer has finished sending
    Timeout,      // the deadline passed; nothing more is known
    Interrupted,  // the fiber was interrupted; the stream itself is fine
    Failed,       // the connection is broken
};

struct IoResult {
    Io io = Io::Ok;
    size_t bytes = 0;
};

class Transport {
public:
    virtual ~Transport() = default;

    /// At least one byte, or why not. [loop]
    virtual IoResult read(char* out, size_t max, base::TimePoint deadline) = 0;
    /// All of it, or why not; `bytes` tells how many went out. [loop]
    virtual IoResult write(std::span<const iovec> parts, base::TimePoint deadline) = 0;
    /// Sends FIN and waits for nothing.
    virtual void shutdownWrite() = 0;
};

inline iovec part(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

}  // namespace sluice::http
