// A peer in memory: the test says what it sends, in which pieces and when, and how it ends; what it was sent
// can be read. Time is scripted too: a piece that comes later than the deadline of the read is a timeout,
// without any waiting.
#pragma once

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "http/transport.h"

namespace sluice::test {

class MemoryTransport final : public http::Transport {
public:
    // --- what the peer does ---

    /// One piece: a read gets at most that much.
    MemoryTransport& sends(std::string_view piece) {
        if (!piece.empty()) script_.push_back({http::Io::Ok, std::string(piece), base::Duration(0), {}});
        return *this;
    }
    MemoryTransport& sendsByteByByte(std::string_view text) {
        for (const char c : text) sends(std::string_view(&c, 1));
        return *this;
    }
    /// The piece arrives that long after this object was made.
    MemoryTransport& sendsAfter(base::milliseconds delay, std::string_view piece) {
        script_.push_back({http::Io::Ok, std::string(piece), delay, {}});
        return *this;
    }
    /// The piece comes once the peer has seen `seen`; until then it is silent.
    MemoryTransport& sendsOnceItSaw(std::string_view seen, std::string_view piece) {
        script_.push_back({http::Io::Ok, std::string(piece), base::Duration(0), std::string(seen)});
        return *this;
    }
    MemoryTransport& finishes() { return ends(http::Io::Eof); }
    MemoryTransport& breaks() { return ends(http::Io::Failed); }
    /// Whoever reads now is interrupted, once.
    MemoryTransport& interruptsReader() { return ends(http::Io::Interrupted); }

    /// Takes `bytes` more bytes and then refuses with `io`.
    MemoryTransport& takesOnly(size_t bytes, http::Io io) {
        room_ = sent_.size() + bytes;
        when_full_ = io;
        return *this;
    }

    // --- what came of it ---

    const std::string& sent() const { return sent_; }
    std::string takeSent() { return std::exchange(sent_, {}); }
    bool finished() const { return finished_; }
    /// Has everything that the peer sent been read?
    bool drained() const { return script_.empty(); }

    // --- Transport ---

    http::IoResult read(char* out, size_t max, base::TimePoint deadline) override {
        if (script_.empty()) return {http::Io::Timeout, 0};  // silence for ever
        Step& step = script_.front();
        if (!step.seen.empty() && sent_.find(step.seen) == std::string::npos) return {http::Io::Timeout, 0};
        if (made_ + step.delay > deadline) return {http::Io::Timeout, 0};
        if (step.io != http::Io::Ok) {
            const auto io = step.io;
            if (io == http::Io::Interrupted) script_.pop_front();
            return {io, 0};
        }
        const size_t n = std::min(max, step.bytes.size());
        std::memcpy(out, step.bytes.data(), n);
        step.bytes.erase(0, n);
        if (step.bytes.empty()) script_.pop_front();
        return {http::Io::Ok, n};
    }

    http::IoResult write(std::span<const iovec> parts, base::TimePoint) override {
        size_t total = 0;
        for (const auto& part : parts) {
            const size_t n = std::min(part.iov_len, room_ - std::min(room_, sent_.size()));
            sent_.append(static_cast<const char*>(part.iov_base), n);
            total += n;
            if (n < part.iov_len) return {when_full_, total};
        }
        return {http::Io::Ok, total};
    }

    void shutdownWrite() override { finished_ = true; }

private:
    struct Step {
        http::Io io;
        std::string bytes;
        base::Duration delay;
        std::string seen;
    };

    MemoryTransport& ends(http::Io io) {
        script_.push_back({io, {}, base::Duration(0), {}});
        return *this;
    }

    const base::TimePoint made_ = base::Clock::now();
    std::deque<Step> script_;
    std::string sent_;
    size_t room_ = SIZE_MAX;
    http::Io when_full_ = http::Io::Failed;
    bool finished_ = false;
};

}  // namespace sluice::test
