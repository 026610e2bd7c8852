#include "message_parser.hpp"

#include <strings.h>
#include <charconv>

namespace sluice::bench {
namespace {

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
    return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// RFC 9110, 5.6.2: the characters of a field name.
bool isToken(std::string_view text) {
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return alphanumeric || kMarks.find(c) != std::string_view::npos;
    });
}

bool hasControls(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// All of `text` as an unsigned number; no sign, no space, no overflow.
bool parseWhole(std::string_view text, int base, std::uint64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void MessageParser::reset() {
    state_ = State::StartLine;
    remaining_ = 0;
    head_bytes_ = 0;
    status_ = 0;
    is_post_ = false;
    keep_alive_ = true;
    has_length_ = false;
    chunked_ = false;
    fault_ = "";
    line_.clear();
}

void MessageParser::fail(const char* why) {
    state_ = State::Failed;
    fault_ = why;
}

std::size_t MessageParser::takeLine(std::string_view bytes) {
    const auto newline = bytes.find('\n');
    const std::size_t taken = newline == std::string_view::npos ? bytes.size() : newline + 1;
    // Chunk sizes do not count as head, or a long stream would run into the limit; their length is checked
    // apart.
    if (state_ != State::ChunkSize && state_ != State::ChunkEnd) head_bytes_ += taken;
    if (head_bytes_ > kHeadBytesMax || line_.size() + taken > kHeadBytesMax) {
        fail("head too large");
        return taken;
    }
    std::string_view line = bytes.substr(0, taken);
    const bool in_parts = !line_.empty() || newline == std::string_view::npos;
    if (in_parts) line_.append(line);
    if (newline == std::string_view::npos) return taken;
    if (in_parts) line = line_;
    if (!line.ends_with("\r\n")) {
        fail("line ends without CRLF");
        return taken;
    }
    onLine(line.substr(0, line.size() - 2));
    line_.clear();
    return taken;
}

void MessageParser::onLine(std::string_view line) {
    switch (state_) {
        case State::StartLine:
            return kind_ == Kind::Request ? onRequestLine(line) : onStatusLine(line);
        case State::Header:
            return line.empty() ? onHeadEnd() : onHeader(line);
        case State::ChunkSize:
            return onChunkSize(line);
        case State::ChunkEnd:
            if (!line.empty()) return fail("chunk longer than its size");
            state_ = State::ChunkSize;
            return;
        case State::Trailer:
            if (line.empty()) state_ = State::Done;
            return;
        case State::FixedBody:
        case State::ChunkData:
        case State::Done:
        case State::Failed:
            return;
    }
}

// HTTP/1.1 SP 3DIGIT SP [reason]
void MessageParser::onStatusLine(std::string_view line) {
    std::uint64_t status = 0;
    if (!line.starts_with("HTTP/1.1 ") || line.size() < 13 || line[12] != ' ' || hasControls(line) ||
        !parseWhole(line.substr(9, 3), 10, status) || status < 100 || status > 599) {
        return fail("malformed status line");
    }
    status_ = static_cast<int>(status);
    state_ = State::Header;
}

// method SP target SP HTTP/1.1
void MessageParser::onRequestLine(std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || last <= first + 1 || line.substr(last + 1) != "HTTP/1.1" ||
        !isToken(line.substr(0, first)) || hasControls(line)) {
        return fail("malformed request line");
    }
    target_ = line.substr(first + 1, last - first - 1);
    if (target_.find(' ') != std::string::npos) return fail("malformed request line");
    is_post_ = line.substr(0, first) == "POST";
    state_ = State::Header;
}

// A folded line starts with a space and so fails as a name.
void MessageParser::onHeader(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !isToken(line.substr(0, colon)))
        return fail("malformed header name");
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (hasControls(value)) return fail("control character in a header");
    if (equalsIgnoringCase(name, "content-length")) return onContentLength(value);
    if (equalsIgnoringCase(name, "transfer-encoding")) return onTransferEncoding(value);
    if (equalsIgnoringCase(name, "connection") && equalsIgnoringCase(value, "close")) keep_alive_ = false;
}

void MessageParser::onContentLength(std::string_view value) {
    if (has_length_) return fail("second content-length");
    if (!parseWhole(value, 10, remaining_)) return fail("malformed content-length");
    has_length_ = true;
}

void MessageParser::onTransferEncoding(std::string_view value) {
    if (chunked_) return fail("second transfer-encoding");
    if (!equalsIgnoringCase(value, "chunked")) return fail("transfer-encoding other than chunked");
    chunked_ = true;
}

void MessageParser::onHeadEnd() {
    if (chunked_ && has_length_) return fail("content-length and transfer-encoding");
    if (kind_ == Kind::Response && status_ < 200) {  // interim: the answer proper follows
        if (chunked_ || has_length_ || status_ == 101) return fail("unexpected interim response");
        state_ = State::StartLine;
        return;
    }
    const bool no_body = kind_ == Kind::Request || status_ == 204 || status_ == 304;
    if (!chunked_ && !has_length_ && !no_body) return fail("body of unknown length");
    if (chunked_) {
        state_ = State::ChunkSize;
    } else {
        state_ = remaining_ > 0 ? State::FixedBody : State::Done;
    }
}

void MessageParser::onChunkSize(std::string_view line) {
    constexpr std::size_t kDigitsMax = 8;
    if (line.size() > kDigitsMax || !parseWhole(line, 16, remaining_)) return fail("malformed chunk size");
    state_ = remaining_ > 0 ? State::ChunkData : State::Trailer;
}

}  // namespace sluice::bench
