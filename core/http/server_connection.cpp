#include "http/server_connection.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "http/writer.h"

namespace sluice::http {

using base::Code;
using base::Status;

namespace {

constexpr size_t kReadBytes = 2048;
constexpr size_t kBodyReserveMax =
    8 * 1024 * 1024;  // a length is only a promise: do not reserve more than this on it

base::Error broken(Io io) {
    if (io == Io::Timeout) return base::clientError(Code::DeadlineExceeded, "the client took too long");
    return base::clientError(Code::Cancelled, "the client has left");
}

}  // namespace

ServerConnection::ServerConnection(Transport& transport, const base::Limits& limits)
    : transport_(transport), limits_(limits), lines_(HeadLines::Kind::Request, limits) {}

Io ServerConnection::fill(base::TimePoint deadline, size_t min) {
    char* room = in_.space(min);
    const IoResult got = transport_.read(room, in_.spaceSize(), deadline);
    if (got.io == Io::Ok) in_.commit(got.bytes);
    return got.io;
}

ServerConnection::Next ServerConnection::readHead(RequestHead& head, base::TimePoint now) {
    lines_.reset();
    // If this head turns out to be none, the refusal is framed for nobody in particular.
    minor_ = 1;
    head_request_ = keep_alive_ = begun_ = ended_ = false;
    body_done_ = true;
    body_failed_ = false;
    auto deadline = base::deadlineAfter(now, base::milliseconds(limits_.keepalive_timeout_ms));
    bool started = !in_.empty();
    if (started) deadline = now + base::milliseconds(limits_.head_timeout_ms);
    for (;;) {
        if (!in_.empty()) {
            const Parse parsed = lines_.feed(in_.view());
            if (parsed == Parse::Done) break;
            if (parsed == Parse::Fault) {
                fault_ = lines_.fault();
                return Next::Fault;
            }
        }
        if (!started) in_.releaseIfEmpty();
        const Io io = fill(deadline, kReadBytes);
        if (io == Io::Timeout && started) {
            fault_ = {408, "the request head did not arrive in time"};
            return Next::Fault;
        }
        if (io == Io::Eof && started) {
            fault_ = {400, "the connection ended inside the request head"};
            return Next::Fault;
        }
        if (io != Io::Ok) return Next::Closed;
        if (!started) deadline = base::Clock::now() + base::milliseconds(limits_.head_timeout_ms);
        started = true;
    }
    fault_ = readRequestHead(in_.view(), lines_, head);
    if (fault_.status) return Next::Fault;
    in_.consume(lines_.size());
    minor_ = head.minor;
    head_request_ = head.method == "HEAD";
    expect_continue_ = head.expect_continue;
    keep_alive_ = head.keep_alive;
    announced_body_ = head.content_length;
    bytes_sent_ = 0;
    body_.start(head.framing, head.content_length);
    body_done_ = head.framing == Framing::None;
    return Next::Request;
}

Status ServerConnection::readBody(std::string& out, uint64_t max_bytes, base::TimePoint deadline,
                                  base::ByteBudget::Share* share) {
    if (body_done_) return {};
    if (announced_body_ > max_bytes) {
        keep_alive_ = false;
        return base::clientError(Code::TooLarge, "the request body is too large");
    }
    if (expect_continue_ && in_.empty()) {
        if (auto sent = sendInterim(100); !sent) return sent;
    }
    expect_continue_ = false;
    const auto fail = [this](base::Error error) {
        keep_alive_ = false;
        body_failed_ = true;
        return Status(std::move(error));
    };
    for (;;) {
        size_t consumed = 0;
        std::string_view data;
        const auto step = body_.next(in_.view(), consumed, data);
        if (step == BodyDecoder::Step::Fault)
            return fail(base::clientError(Code::Malformed, std::string(body_.fault())));
        if (step == BodyDecoder::Step::Data) {
            if (out.size() + data.size() > max_bytes)
                return fail(base::clientError(Code::TooLarge, "the request body is too large"));
            if (share && !share->grow(out.size() + data.size()))
                return fail(base::gatewayError(Code::ResourceExhausted,
                                               "too many large request bodies at once: try again later"));
            out.append(data);
        }
        in_.consume(consumed);
        if (step == BodyDecoder::Step::Done) break;
        if (consumed > 0) continue;
        const size_t room = out.size() >= 16 * 1024 ? 64 * 1024 : 4 * 1024;
        const auto silence = base::Clock::now() + base::milliseconds(limits_.body_timeout_ms);
        const Io io = fill(std::min(deadline, base::TimePoint(silence)), room);
        if (io == Io::Eof) return fail(base::clientError(Code::Truncated, "the request body is incomplete"));
        if (io != Io::Ok) return fail(broken(io));
    }
    body_done_ = true;
    in_.releaseIfEmpty();
    return {};
}

Status ServerConnection::discardBody(uint64_t max_bytes, base::TimePoint deadline) {
    if (body_done_ || body_failed_ || expect_continue_) return {};
    std::string away;
    auto read = readBody(away, max_bytes, deadline);
    if (read || read.error().code == Code::Malformed || read.error().code == Code::Truncated) return read;
    return {};
}

std::string ServerConnection::framed(std::string head, std::optional<uint64_t> length) {
    if (!body_done_) keep_alive_ = false;  // what is left of the body would be read as the next request
    // "HTTP/1.1 204 …": these never have a body, nor a field that promises one (RFC 9110 section 8.6).
    const std::string_view status = std::string_view(head).substr(9, 3);
    const bool never = status == "204" || status == "304";
    bodyless_ = head_request_ || never;
    chunked_ = !length && minor_ >= 1 && !never;
    owed_ = bodyless_ ? std::nullopt : length;
    if (length && !never) {
        appendField(head, "content-length", *length);
    } else if (chunked_) {
        head.append("transfer-encoding: chunked\r\n");
    } else if (!never) {
        keep_alive_ = false;
    }
    head.append(dateLine());
    if (!keep_alive_) {
        head.append("connection: close\r\n");
    } else if (minor_ == 0) {
        head.append("connection: keep-alive\r\n");
    }
    head.append("\r\n");
    return head;
}

Status ServerConnection::writeAll(std::span<const iovec> parts) {
    const IoResult sent = transport_.write(
        parts, base::deadlineAfter(base::Clock::now(), base::milliseconds(limits_.write_timeout_ms)));
    bytes_sent_ += sent.bytes;
    if (sent.io == Io::Ok) return {};
    keep_alive_ = false;
    return broken(sent.io);
}

Status ServerConnection::respond(std::string head, std::string_view body) {
    begun_ = true;
    const std::string text = framed(std::move(head), body.size());
    const std::array<iovec, 2> parts{part(text), part(body)};
    ended_ = true;
    return writeAll({parts.data(), bodyless_ || body.empty() ? 1u : 2u});
}

void ServerConnection::begin(std::string head, std::optional<uint64_t> length) {
    begun_ = true;
    pending_head_ = framed(std::move(head), length);
}

Status ServerConnection::flush() {
    if (pending_head_.empty()) return {};
    const std::array<iovec, 1> parts{part(pending_head_)};
    auto status = writeAll(parts);
    pending_head_.clear();
    return status;
}

Status ServerConnection::write(std::string_view data) {
    if (data.empty() || bodyless_) return flush();
    if (owed_) owed_ = *owed_ - std::min<uint64_t>(*owed_, data.size());
    std::array<char, 20> size{};
    auto end = std::to_chars(size.data(), size.data() + 16, data.size(), 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    const std::string_view size_line(size.data(), static_cast<size_t>(end - size.data()));
    const std::array<iovec, 4> parts{part(pending_head_), part(chunked_ ? size_line : ""), part(data),
                                     part(chunked_ ? "\r\n" : "")};
    auto status = writeAll(parts);
    pending_head_.clear();
    return status;
}

Status ServerConnection::end() {
    ended_ = true;
    if (owed_.value_or(0) > 0) keep_alive_ = false;  // fewer bytes than announced: visibly cut
    if (!chunked_ || bodyless_) return flush();
    const std::array<iovec, 2> parts{part(pending_head_), part("0\r\n\r\n")};
    auto status = writeAll(parts);
    pending_head_.clear();
    return status;
}

Status ServerConnection::sendInterim(int status) {
    if (minor_ == 0) return {};
    std::string head;
    appendStatusLine(head, status);
    head.append("\r\n");
    const std::array<iovec, 1> parts{part(head)};
    return writeAll(parts);
}

void ServerConnection::linger() {
    transport_.shutdownWrite();
    const auto deadline = base::Clock::now() + base::milliseconds(1000);
    std::array<char, 4096> away;
    for (size_t total = 0; total < 1024 * 1024;) {
        const IoResult got = transport_.read(away.data(), away.size(), deadline);
        if (got.io != Io::Ok) return;
        total += got.bytes;
    }
}

}  // namespace sluice::http
