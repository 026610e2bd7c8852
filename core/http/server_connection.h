// The server's side of one HTTP/1.1 connection: requests come in one after the other, each gets one answer.
// Knows framing, keep-alive, 100-continue, HEAD and pipelining; knows nothing of what the messages mean.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/byte_budget.h"
#include "base/limits.h"
#include "base/status.h"
#include "http/body.h"
#include "http/head.h"
#include "http/input_buffer.h"
#include "http/transport.h"

namespace sluice::http {

class ServerConnection {
public:
    ServerConnection(Transport& transport, const base::Limits& limits);

    enum class Next {
        Request,  // a head has been read
        Closed,   // the peer left, was idle too long, or the fiber was interrupted: say nothing
        Fault,    // refuse with fault() and close
    };
    /// Waits for the next request. `now` starts the idle clock. [loop]
    Next readHead(RequestHead& head, base::TimePoint now);
    const HeadFault& fault() const { return fault_; }

    /// Reads the whole body to the end of `out`, sending 100 Continue first if it was asked for. Errors:
    /// TooLarge, Malformed, DeadlineExceeded, Truncated, Cancelled, and ResourceExhausted if `share` may not
    /// grow to the size of `out` (null: any size); after one of them the connection closes. [loop]
    base::Status readBody(std::string& out, uint64_t max_bytes, base::TimePoint deadline = base::kNever,
                          base::ByteBudget::Share* share = nullptr);
    /// Reads away a body that nobody wants, if it is short and comes soon, so that the connection can go on.
    /// Fails only if it is malformed or cut.
    base::Status discardBody(uint64_t max_bytes, base::TimePoint deadline);
    bool bodyRead() const { return body_done_; }

    // --- the answer ---

    /// Head and body at once. `head` is the status line and fields, CRLF each, without framing fields and
    /// empty line. [loop]
    base::Status respond(std::string head, std::string_view body);

    /// A head whose body follows piece by piece: counted if `length` is given, chunked otherwise (or until
    /// the connection closes, for HTTP/1.0). It goes out with the first piece, or with flush(). [loop]
    void begin(std::string head, std::optional<uint64_t> length);
    base::Status write(std::string_view data);
    base::Status flush();
    /// The regular end of the body. [loop]
    base::Status end();
    /// The body cannot be ended well: the connection will be closed so that the client sees a broken message.
    void abandon() { keep_alive_ = false; }

    /// An interim response, which also finds out whether a peer that sent FIN still reads (RFC 9110
    /// section 15.2). [loop]
    base::Status sendInterim(int status);

    bool begun() const { return begun_; }
    bool answered() const { return ended_; }
    /// May another request come on this connection?
    bool keepAlive() const { return keep_alive_ && ended_; }
    void closeAfterThis() { keep_alive_ = false; }
    uint64_t bytesSent() const { return bytes_sent_; }

    /// After the last answer: FIN, then read away what the peer still sends, so that it gets to see the
    /// answer. [loop]
    void linger();

private:
    Io fill(base::TimePoint deadline, size_t min);
    base::Status writeAll(std::span<const iovec> parts);
    std::string framed(std::string head, std::optional<uint64_t> length);

    Transport& transport_;
    const base::Limits& limits_;
    InputBuffer in_;
    HeadLines lines_;
    HeadFault fault_;
    BodyDecoder body_;
    std::string pending_head_;
    uint64_t bytes_sent_ = 0;
    int minor_ = 1;
    bool head_request_ = false;
    uint64_t announced_body_ = 0;   // Content-Length of the request
    std::optional<uint64_t> owed_;  // bytes of the answer that its Content-Length still promises
    bool bodyless_ = false;         // no body may follow this head: 204, 304, or an answer to HEAD
    bool expect_continue_ = false;
    bool body_done_ = true;
    bool body_failed_ = false;
    bool keep_alive_ = true;
    bool chunked_ = false;
    bool begun_ = false;
    bool ended_ = true;
};

}  // namespace sluice::http
