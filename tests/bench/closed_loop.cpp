#include "closed_loop.hpp"

#include <algorithm>
#include <deque>
#include <vector>

namespace sluice::bench {
namespace {

constexpr std::uint64_t kFailuresInARowMax = 1000;
constexpr std::size_t kKeptBodyBytes = 64 * 1024;   // of an answer, for --expect
constexpr std::uint64_t kSweepNs = 100 * kNsPerMs;  // how often timeouts are looked for
constexpr std::uint64_t kReconnectPauseNs = 10 * kNsPerMs;

std::uint64_t ns(double seconds) {
    return static_cast<std::uint64_t>(seconds * static_cast<double>(kNsPerSecond));
}

class ClosedLoop final {
public:
    ClosedLoop(const Target& target, const ClosedLoopSettings& settings)
        : target_(target), settings_(settings), clients_(settings.connections) {}

    ClosedLoopReport run() {
        measure_from_ns_ = nowNs() + ns(settings_.warmup_seconds);
        stop_at_ns_ = measure_from_ns_ + ns(settings_.seconds);
        std::uint64_t sweep_at_ns = nowNs() + kSweepNs;
        next_due_ns_ = nowNs();
        if (!paced())
            for (LoopClient& client : clients_) begin(client);
        while (open_ > 0 || mayBegin() || !due_.empty()) {
            if (paced()) beginWhatIsDue();
            const bool more = paced() && mayBegin();
            for (const epoll_event& event :
                 poller_.wait(more ? std::min(sweep_at_ns, next_due_ns_) : sweep_at_ns))
                onReady(clients_[event.data.u64], event.events);
            if (nowNs() < sweep_at_ns) continue;
            sweep();
            sweep_at_ns = nowNs() + (open_ > 0 ? kSweepNs : kReconnectPauseNs);
        }
        if (last_answer_ns_ > measure_from_ns_) {
            report_.seconds =
                static_cast<double>(last_answer_ns_ - measure_from_ns_) / static_cast<double>(kNsPerSecond);
        }
        return report_;
    }

private:
    struct LoopClient : Client {
        std::string body;
        std::uint64_t begun_at_ns = 0;  // connecting included, for the timeout
        std::uint64_t due_at_ns = 0;    // with a rate
        bool measured = false;          // not part of the warm-up
    };

    std::uint64_t tagOf(const LoopClient& client) const {
        return static_cast<std::uint64_t>(&client - clients_.data());
    }

    bool mayBegin() const {
        const bool wanted =
            settings_.requests_max == 0 || measured_begun_ + due_.size() < settings_.requests_max;
        return wanted && !report_.gave_up && nowNs() < stop_at_ns_;
    }

    bool paced() const { return settings_.rate > 0; }

    // Those that are due and find a free connection; the others wait for one, and what they wait counts.
    void beginWhatIsDue() {
        for (const std::uint64_t now = nowNs(); next_due_ns_ <= now && mayBegin();) {
            due_.push_back(next_due_ns_);
            next_due_ns_ += ns(1.0 / settings_.rate);
        }
        if (report_.gave_up) due_.clear();
        for (std::size_t tried = 0; tried < clients_.size() && !due_.empty(); ++tried) {
            LoopClient& client = clients_[turn_++ % clients_.size()];
            if (client.phase != Client::Phase::Idle) continue;
            client.due_at_ns = due_.front();
            due_.pop_front();
            start(client);
        }
    }

    // The next request of `client`, on its connection if it has one.
    void begin(LoopClient& client) {
        if (!paced() && mayBegin()) start(client);
    }

    void start(LoopClient& client) {
        client.begun_at_ns = nowNs();
        client.measured = (paced() ? client.due_at_ns : client.begun_at_ns) >= measure_from_ns_;
        if (client.measured) ++measured_begun_;
        client.body.clear();
        client.parser.reset();
        client.written = 0;
        ++open_;
        if (client.fd.valid()) return send(client);
        client.fd = startConnecting(target_.address);
        if (!client.fd.valid()) return failed(client, Fault::Connect, "cannot connect");
        client.phase = Client::Phase::Connecting;
        poller_.add(client.fd.get(), EPOLLIN | EPOLLOUT, tagOf(client));
    }

    void send(LoopClient& client) {
        const bool was_waiting =
            client.phase == Client::Phase::Connecting || client.phase == Client::Phase::Sending;
        switch (client.send(target_.request)) {
            case Client::Sent::Broken:
                return failed(client, Fault::Closed, "connection ended while the request was sent");
            case Client::Sent::Some:
                if (!was_waiting) poller_.modify(client.fd.get(), EPOLLIN | EPOLLOUT, tagOf(client));
                client.phase = Client::Phase::Sending;
                break;
            case Client::Sent::All:
                if (was_waiting) poller_.modify(client.fd.get(), EPOLLIN, tagOf(client));
                client.phase = Client::Phase::Receiving;
                break;
        }
    }

    void onReady(LoopClient& client, std::uint32_t events) {
        if (client.phase == Client::Phase::Connecting) {
            if (!isConnected(client.fd.get())) return failed(client, Fault::Connect, "connection refused");
            if (events & EPOLLOUT) send(client);
            return;
        }
        if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) return read(client);
        if (client.phase == Client::Phase::Sending) send(client);
    }

    void read(LoopClient& client) {
        const Received received = receive(client.fd.get());
        if (received.end == Received::End::Nothing) return;
        if (client.phase == Client::Phase::Idle)
            return client.disconnect();  // an idle connection was ended or spoke
        if (received.end == Received::End::Closed)
            return failed(client, Fault::Closed, "connection ended early");
        const std::size_t used = client.parser.feed(received.bytes, [&](std::string_view piece) {
            if (!target_.expect.empty() && client.body.size() < kKeptBodyBytes) client.body.append(piece);
        });
        if (client.parser.failed()) return failed(client, Fault::Http, client.parser.fault());
        if (!client.parser.done()) return;
        if (used != received.bytes.size()) return failed(client, Fault::Http, "bytes after the answer");
        if (client.parser.status() != 200) {
            return failed(client, Fault::Status, "status " + std::to_string(client.parser.status()));
        }
        if (client.body.find(target_.expect) == std::string::npos) {
            return failed(client, Fault::Body, "answer without the expected text");
        }
        answered(client);
    }

    void answered(LoopClient& client) {
        last_answer_ns_ = nowNs();
        failures_in_a_row_ = 0;
        ++report_.answered_all;
        --open_;
        if (client.measured) {
            ++report_.requests;
            report_.latency.record(last_answer_ns_ - (paced() ? client.due_at_ns : client.sent_at_ns));
        }
        const bool complete = client.written == target_.request.size();
        client.phase = Client::Phase::Idle;
        if (!client.parser.keepAlive() || !complete) {
            ++report_.reconnects;
            client.disconnect();
        }
        begin(client);
    }

    // The connection is given up; sweep() opens the next one, so that a server which fails at once is not
    // hammered.
    void failed(LoopClient& client, Fault fault, std::string_view detail) {
        report_.faults.count(fault, detail);
        if (++failures_in_a_row_ >= kFailuresInARowMax) report_.gave_up = true;
        --open_;
        client.disconnect();
    }

    void sweep() {
        const std::uint64_t now = nowNs();
        for (LoopClient& client : clients_) {
            const bool busy = client.phase != Client::Phase::Idle;
            if (busy && now - client.begun_at_ns > ns(settings_.timeout_seconds)) {
                failed(client, Fault::Timeout, "no answer in time");
            }
            if (client.phase == Client::Phase::Idle) begin(client);
        }
    }

    const Target& target_;
    ClosedLoopSettings settings_;
    Poller poller_;
    std::vector<LoopClient> clients_;
    ClosedLoopReport report_;
    std::deque<std::uint64_t> due_;  // with a rate: moments whose requests have no connection yet
    std::uint64_t next_due_ns_ = 0;
    std::size_t turn_ = 0;
    std::uint64_t open_ = 0;  // requests under way
    std::uint64_t measured_begun_ = 0;
    std::uint64_t failures_in_a_row_ = 0;
    std::uint64_t measure_from_ns_ = 0;
    std::uint64_t stop_at_ns_ = 0;
    std::uint64_t last_answer_ns_ = 0;
};

}  // namespace

ClosedLoopReport runClosedLoop(const Target& target, const ClosedLoopSettings& settings) {
    return ClosedLoop(target, settings).run();
}

}  // namespace sluice::bench
