#include "http/client_connection.h"

namespace sluice::http {

using base::Code;
using base::Retry;
using base::Status;

namespace {

void dropFront(std::vector<iovec>& parts, size_t bytes) {
    size_t whole = 0;
    while (whole < parts.size() && bytes >= parts[whole].iov_len) bytes -= parts[whole++].iov_len;
    parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(whole));
    if (parts.empty()) return;
    parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + bytes;
    parts.front().iov_len -= bytes;
}

}  // namespace

ClientConnection::ClientConnection(Transport& transport, const base::Limits& limits)
    : transport_(transport), limits_(limits), lines_(HeadLines::Kind::Response, limits) {}

base::Error ClientConnection::broken(Io io) const {
    switch (io) {
        case Io::Timeout:
            return base::upstreamError(Code::DeadlineExceeded, "the upstream did not answer in time");
        case Io::Interrupted:
            return base::upstreamError(Code::Cancelled, "the request was cancelled");
        case Io::Eof:
            return base::upstreamError(Code::Truncated, "the upstream closed the connection");
        case Io::Ok:
        case Io::Failed:
            break;
    }
    return base::upstreamError(Code::Unavailable, "the connection to the upstream broke");
}

Io ClientConnection::fill(base::TimePoint deadline, size_t min) {
    char* room = in_.space(min);
    const size_t size = in_.spaceSize();
    const IoResult got = transport_.read(room, size, deadline);
    if (got.io != Io::Ok) return got.io;
    in_.commit(got.bytes);
    bytes_received_ += got.bytes;
    full_read_ = got.bytes == size;
    return Io::Ok;
}

Status ClientConnection::send(std::vector<iovec>& parts, base::TimePoint deadline) {
    reusable_ = false;
    bytes_received_ = 0;
    const IoResult sent = transport_.write(parts, deadline);
    if (sent.io == Io::Ok) return {};
    dropFront(parts, sent.bytes);
    return broken(sent.io);
}

Status ClientConnection::readHead(ResponseHead& head, std::string_view method, base::TimePoint deadline) {
    reusable_ = false;
    for (size_t interim = 0; interim <= base::kInterimResponsesMax; ++interim) {
        lines_.reset();
        for (;;) {
            const Parse parsed = in_.empty() ? Parse::NeedMore : lines_.feed(in_.view());
            if (parsed == Parse::Fault)
                return base::upstreamError(Code::Malformed, std::string(lines_.fault().reason));
            if (parsed == Parse::Done) break;
            const Io io = fill(deadline, 2048);
            if (io == Io::Ok) continue;
            auto error = broken(io);
            if (bytes_received_ == 0 && (io == Io::Eof || io == Io::Failed)) {
                error = base::upstreamError(
                    Code::Unavailable, "the upstream closed the connection without an answer", Retry::Unsafe);
            }
            return error;
        }
        const HeadFault fault = readResponseHead(in_.view(), lines_, method, head);
        if (fault.status) return base::upstreamError(Code::Malformed, std::string(fault.reason));
        in_.consume(lines_.size());
        if (head.status == 101)
            return base::upstreamError(Code::Malformed, "the upstream switched protocols unasked");
        if (head.status >= 200) {
            body_.start(head.framing, head.content_length);
            keep_alive_ = head.keep_alive;
            to_consume_ = 0;
            return {};
        }
    }
    return base::upstreamError(Code::Malformed, "the upstream sends interim responses without end");
}

base::Result<ClientConnection::Piece> ClientConnection::nextPiece(base::TimePoint deadline, bool wait) {
    in_.consume(to_consume_);
    to_consume_ = 0;
    for (;;) {
        size_t consumed = 0;
        Piece piece;
        const auto step = body_.next(in_.view(), consumed, piece.data);
        switch (step) {
            case BodyDecoder::Step::Fault:
                return base::upstreamError(Code::Malformed, std::string(body_.fault()));
            case BodyDecoder::Step::Done:
                in_.consume(consumed);
                piece.end = End::Ok;
                reusable_ = keep_alive_ && in_.empty();
                return piece;
            case BodyDecoder::Step::Data:
                to_consume_ = consumed;
                return piece;
            case BodyDecoder::Step::NeedMore:
                break;
        }
        in_.consume(consumed);
        if (consumed > 0) continue;
        if (!wait) return piece;
        const Io io = fill(deadline, full_read_ ? 32 * 1024 : 2048);
        if (io == Io::Ok) continue;
        if (io == Io::Eof || io == Io::Failed) {
            piece.end = io == Io::Eof ? body_.atEof() : End::Truncated;
            return piece;
        }
        return broken(io);
    }
}

}  // namespace sluice::http
