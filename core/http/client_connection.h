// The client's side of one HTTP/1.1 connection, towards an upstream: one request, one answer, and then
// perhaps another.
#pragma once

#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/status.h"
#include "http/body.h"
#include "http/head.h"
#include "http/input_buffer.h"
#include "http/transport.h"

namespace sluice::http {

class ClientConnection {
public:
    ClientConnection(Transport& transport, const base::Limits& limits);

    /// Sends head and body in one go. `parts` keeps what has not gone out: after Cancelled the call may be
    /// made again. [loop]
    base::Status send(std::vector<iovec>& parts, base::TimePoint deadline);

    /// Reads the head of the final answer; interim ones are skipped, at most kInterimResponsesMax.
    /// Unavailable if not a single byte came before the end. [loop]
    base::Status readHead(ResponseHead& head, std::string_view method, base::TimePoint deadline);

    struct Piece {
        std::string_view data;  // borrowed until the next call
        End end = End::NotYet;  // not NotYet: this was the last one
        bool none() const { return data.empty() && end == End::NotYet; }
    };
    /// The next piece of the body. Errors: DeadlineExceeded, Cancelled (the fiber was interrupted; may be
    /// called again), Malformed. A body that ends too early is a Piece with End::Truncated. [loop]
    base::Result<Piece> readPiece(base::TimePoint deadline) { return nextPiece(deadline, true); }
    /// What has arrived already, without waiting; none() if that is nothing. [loop]
    base::Result<Piece> pollPiece() { return nextPiece(base::kNever, false); }

    /// May the connection carry another request? Only after a complete answer.
    bool reusable() const { return reusable_; }
    uint64_t bytesReceived() const { return bytes_received_; }
    void releaseBuffer() { in_.releaseIfEmpty(); }

private:
    base::Result<Piece> nextPiece(base::TimePoint deadline, bool wait);
    Io fill(base::TimePoint deadline, size_t min);
    base::Error broken(Io io) const;

    Transport& transport_;
    const base::Limits& limits_;
    InputBuffer in_;
    HeadLines lines_;
    BodyDecoder body_;
    size_t to_consume_ = 0;  // of the piece that the caller has in its hands
    uint64_t bytes_received_ = 0;
    bool keep_alive_ = false;
    bool reusable_ = true;    // nothing was sent yet, or the last answer has been read
    bool full_read_ = false;  // the last read filled the buffer: read more at once next time
};

}  // namespace sluice::http
