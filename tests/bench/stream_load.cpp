#include "stream_load.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include "stream_check.hpp"

namespace sluice::bench {
namespace {

constexpr std::uint64_t kSweepNs = 100 * kNsPerMs;  // how often timeouts are looked for

std::uint64_t ns(double seconds) {
    return static_cast<std::uint64_t>(seconds * static_cast<double>(kNsPerSecond));
}

// When each stream is opened, after the start.
std::vector<std::uint64_t> openingsNs(const StreamLoadSettings& settings) {
    std::vector<std::uint64_t> openings(settings.streams);
    std::mt19937_64 random(20'261'122);
    std::exponential_distribution<double> pause(settings.ramp_per_second);
    double at = 0;
    for (std::uint64_t i = 0; i < openings.size(); ++i) {
        openings[i] = ns(at);
        at = settings.ramp_at_random ? at + pause(random)
                                     : static_cast<double>(i + 1) / settings.ramp_per_second;
    }
    return openings;
}

class StreamLoad final {
public:
    StreamLoad(const Target& target, const StreamLoadSettings& settings)
        : target_(target),
          settings_(settings),
          openings_ns_(openingsNs(settings)),
          streams_(settings.streams) {}

    StreamLoadReport run() {
        started_ns_ = nowNs();
        const std::uint64_t end_ns = openAtNs(streams_.size() - 1) + ns(settings_.hold_seconds);
        std::uint64_t sweep_at_ns = started_ns_ + kSweepNs;
        while (report_.opened < streams_.size() || under_way_ > 0) {
            std::uint64_t wake_ns = std::min(end_ns, sweep_at_ns);
            if (report_.opened < streams_.size()) wake_ns = std::min(wake_ns, openAtNs(report_.opened));
            for (const epoll_event& event : poller_.wait(wake_ns))
                onReady(streams_[event.data.u64], event.events);
            const std::uint64_t now = nowNs();
            while (report_.opened < streams_.size() && openAtNs(report_.opened) <= now)
                open(streams_[report_.opened]);
            if (now >= sweep_at_ns) {
                sweep();
                sweep_at_ns = now + kSweepNs;
            }
            if (now >= end_ns && report_.opened == streams_.size()) break;
        }
        for (Stream& stream : streams_) {
            if (stream.phase != Client::Phase::Idle) ++report_.cut;
        }
        report_.seconds = static_cast<double>(nowNs() - started_ns_) / static_cast<double>(kNsPerSecond);
        return report_;
    }

private:
    struct Stream : Client {
        StreamCheck check;
        std::uint64_t opened_at_ns = 0;
        std::uint64_t last_token_ns = 0;
    };

    std::uint64_t tagOf(const Stream& stream) const {
        return static_cast<std::uint64_t>(&stream - streams_.data());
    }

    std::uint64_t openAtNs(std::uint64_t index) const { return started_ns_ + openings_ns_[index]; }

    void open(Stream& stream) {
        ++report_.opened;
        ++under_way_;
        stream.opened_at_ns = nowNs();
        stream.phase = Client::Phase::Connecting;
        stream.fd = startConnecting(target_.address);
        if (!stream.fd.valid()) return failed(stream, Fault::Connect, "cannot connect");
        poller_.add(stream.fd.get(), EPOLLIN | EPOLLOUT, tagOf(stream));
    }

    void onReady(Stream& stream, std::uint32_t events) {
        if (stream.phase == Client::Phase::Connecting && !isConnected(stream.fd.get())) {
            return failed(stream, Fault::Connect, "connection refused");
        }
        if (events & EPOLLOUT) send(stream);
        if (stream.phase != Client::Phase::Idle && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) read(stream);
    }

    void send(Stream& stream) {
        switch (stream.send(target_.request)) {
            case Client::Sent::Broken:
                return failed(stream, Fault::Closed, "connection ended while the request was sent");
            case Client::Sent::Some:
                stream.phase = Client::Phase::Sending;
                return;
            case Client::Sent::All:
                stream.phase = Client::Phase::Receiving;
                poller_.modify(stream.fd.get(), EPOLLIN, tagOf(stream));
                return;
        }
    }

    void read(Stream& stream) {
        const Received received = receive(stream.fd.get());
        if (received.end == Received::End::Nothing) return;
        if (received.end == Received::End::Closed)
            return failed(stream, Fault::Closed, "connection ended early");
        const std::uint64_t now = nowNs();
        const std::size_t used = stream.parser.feed(received.bytes, [&](std::string_view piece) {
            if (stream.parser.status() == 200) stream.check.feed(piece, [&] { onToken(stream, now); });
        });
        if (stream.parser.failed()) return failed(stream, Fault::Http, stream.parser.fault());
        if (stream.check.broken()) return failed(stream, Fault::Order, stream.check.fault());
        if (!stream.parser.done()) return;
        if (used != received.bytes.size()) return failed(stream, Fault::Http, "bytes after the answer");
        if (stream.parser.status() != 200) {
            return failed(stream, Fault::Status, "status " + std::to_string(stream.parser.status()));
        }
        const bool counted = settings_.chunks == 0 || stream.check.tokens() == settings_.chunks;
        if (!stream.check.complete() || !counted) {
            return failed(stream, Fault::Incomplete,
                          "stream of " + std::to_string(stream.check.tokens()) + " chunks");
        }
        ++report_.complete;
        end(stream);
    }

    void onToken(Stream& stream, std::uint64_t now) {
        ++report_.chunks;
        if (stream.check.tokens() == 1) {
            report_.first_token.record(now - stream.sent_at_ns);
            report_.open_max = std::max(report_.open_max, ++streaming_);
        } else {
            report_.gap.record(now - stream.last_token_ns);
        }
        stream.last_token_ns = now;
    }

    void failed(Stream& stream, Fault fault, std::string_view detail) {
        report_.faults.count(fault, detail);
        end(stream);
    }

    void end(Stream& stream) {
        if (stream.check.tokens() > 0) --streaming_;
        --under_way_;
        stream.disconnect();
    }

    void sweep() {
        const std::uint64_t now = nowNs();  // not the caller's: streams were opened since
        const std::uint64_t timeout_ns = ns(settings_.timeout_seconds);
        for (Stream& stream : streams_) {
            const bool waits = stream.phase != Client::Phase::Idle && stream.check.tokens() == 0;
            if (waits && now - stream.opened_at_ns > timeout_ns)
                failed(stream, Fault::Timeout, "no token in time");
        }
    }

    const Target& target_;
    StreamLoadSettings settings_;
    std::vector<std::uint64_t> openings_ns_;
    Poller poller_;
    std::vector<Stream> streams_;
    StreamLoadReport report_;
    std::uint64_t under_way_ = 0;
    std::uint64_t streaming_ = 0;
    std::uint64_t started_ns_ = 0;
};

}  // namespace

StreamLoadReport runStreamLoad(const Target& target, const StreamLoadSettings& settings) {
    return StreamLoad(target, settings).run();
}

}  // namespace sluice::bench
