// A strict incremental HTTP/1.1 reader (RFC 9112) for both ends of the bench: requests in
// sluice_paced_upstream, responses in sluice_loadgen. Whatever is ambiguous is a fault, because a load
// generator that forgives would report a broken gateway as a fast one. Not supported and refused: chunk
// extensions, bodies that end with the connection.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::bench {

class MessageParser final {
public:
    enum class Kind { Request, Response };

    // Bytes of start line, headers and trailers together.
    static constexpr std::size_t kHeadBytesMax = 64 * 1024;

    explicit MessageParser(Kind kind) : kind_(kind) {}

    // Reads up to the end of one message and hands each piece of its body to `sink(std::string_view)`; a
    // piece is valid during that call only. Returns the bytes consumed, fewer than given when the message
    // ended or is faulty.
    template <class Sink>
    std::size_t feed(std::string_view bytes, Sink&& sink) {
        std::size_t at = 0;
        while (at < bytes.size() && state_ != State::Done && state_ != State::Failed) {
            if (state_ != State::FixedBody && state_ != State::ChunkData) {
                at += takeLine(bytes.substr(at));
                continue;
            }
            const auto piece = bytes.substr(at, std::min<std::uint64_t>(remaining_, bytes.size() - at));
            sink(piece);
            at += piece.size();
            remaining_ -= piece.size();
            if (remaining_ == 0) state_ = state_ == State::FixedBody ? State::Done : State::ChunkEnd;
        }
        return at;
    }

    // Ready for the next message on the same connection. Keeps buffers.
    void reset();

    bool started() const { return state_ != State::StartLine || !line_.empty(); }
    bool done() const { return state_ == State::Done; }
    bool failed() const { return state_ == State::Failed; }
    const char* fault() const { return fault_; }  // a literal; empty unless failed()

    int status() const { return status_; }    // responses, once the start line was read
    bool isPost() const { return is_post_; }  // requests, likewise
    const std::string& target() const { return target_; }
    bool keepAlive() const { return keep_alive_; }

private:
    enum class State { StartLine, Header, FixedBody, ChunkSize, ChunkData, ChunkEnd, Trailer, Done, Failed };

    std::size_t takeLine(std::string_view bytes);
    void onLine(std::string_view line);
    void onStatusLine(std::string_view line);
    void onRequestLine(std::string_view line);
    void onHeader(std::string_view line);
    void onContentLength(std::string_view value);
    void onTransferEncoding(std::string_view value);
    void onHeadEnd();
    void onChunkSize(std::string_view line);
    void fail(const char* why);

    Kind kind_;
    State state_ = State::StartLine;
    std::uint64_t remaining_ = 0;  // of the body or of the current chunk
    std::size_t head_bytes_ = 0;
    int status_ = 0;
    bool is_post_ = false;
    bool keep_alive_ = true;
    bool has_length_ = false;
    bool chunked_ = false;
    const char* fault_ = "";
    std::string line_;  // the part of a line that arrived without its end
    std::string target_;
};

}  // namespace sluice::bench
