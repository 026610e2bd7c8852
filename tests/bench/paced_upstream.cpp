// sluice_paced_upstream: a fake LLM provider on 127.0.0.1 that costs almost nothing and keeps time.
//
// A POST to any path is answered as OpenAI's chat completions would be: with a stream of numbered chunks, one
// each
// --gap-ms on an absolute schedule (a late chunk does not delay the ones after it), or with one fixed
// completion. One epoll loop a thread; a stream in flight is a heap entry and about 300 bytes.
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <memory>
#include <queue>
#include <thread>

#include "message_parser.hpp"
#include "options.hpp"
#include "socket.hpp"
#include "upstream_messages.hpp"

namespace sluice::bench {
namespace {

constexpr std::string_view kUsage = R"(sluice_paced_upstream --port PORT [options]
  --port PORT     listens on 127.0.0.1:PORT
  --gap-ms MS     between two chunks of a stream; 0: as fast as the reader takes them (default 20)
  --chunks N      numbered chunks a stream (default 100)
  --delay-ms MS   before a completion, or before the first chunk of a stream (default 0)
  --threads N     event loops, each with its own SO_REUSEPORT listener (default 1)
GET /health answers 200 and counts. GET /delay-ms/N changes --delay-ms (of the event loop that gets it). POST anything else: a chat completion, streamed if the body has "stream":true.
)";

constexpr std::size_t kBodyBytesMax = 64 * 1024 * 1024;
constexpr std::size_t kKeptBufferBytes = 4 * 1024;  // a larger buffer goes back to the allocator after use
constexpr int kBacklog = 16 * 1024;                 // the kernel cuts it to net.core.somaxconn
constexpr std::uint64_t kListenerTag = UINT64_MAX;

struct Settings {
    std::uint16_t port = 0;
    std::uint64_t gap_ns = 20 * kNsPerMs;
    std::uint64_t chunks = 100;
    std::uint64_t delay_ns = 0;
};

// Shared by the threads; relaxed, because the numbers are read one by one and only by people and scripts.
struct Counters {
    std::atomic<std::uint64_t> completions{0};
    std::atomic<std::uint64_t> waiting{0};
    std::atomic<std::uint64_t> streams_started{0};
    std::atomic<std::uint64_t> streams_finished{0};
    std::atomic<std::uint64_t> streams_cancelled{0};

    UpstreamCounts snapshot() const {
        UpstreamCounts counts;
        counts.streams_finished = streams_finished.load(std::memory_order_relaxed);
        counts.streams_cancelled = streams_cancelled.load(std::memory_order_relaxed);
        counts.waiting = waiting.load(std::memory_order_relaxed);
        counts.completions = completions.load(std::memory_order_relaxed);
        const std::uint64_t started = streams_started.load(std::memory_order_relaxed);
        counts.streams_open = started - std::min(started, counts.streams_finished + counts.streams_cancelled);
        return counts;
    }
};

struct Connection {
    enum class Phase { Reading, Waiting, Streaming };

    explicit Connection(int accepted, std::uint64_t number) : fd(accepted), serial(number) {}

    Descriptor fd;
    std::uint64_t serial;  // tells a timer's connection from a later one on the same descriptor
    Phase phase = Phase::Reading;
    bool with_usage = false;
    bool waits_for_room = false;  // EPOLLOUT is armed; no timer is
    bool close_after_answer = false;
    std::uint64_t next_chunk = 1;
    std::uint64_t due_ns = 0;
    MessageParser parser{MessageParser::Kind::Request};
    std::string body;     // of the request, while it is read
    std::string pending;  // of the answer, what the socket did not take
};

struct Timer {
    std::uint64_t due_ns;
    int fd;
    std::uint64_t serial;
    bool operator>(const Timer& other) const { return due_ns > other.due_ns; }
};

class Server final {
public:
    Server(const Settings& settings, Counters& counters) : settings_(settings), counters_(counters) {
        listen();
    }

    [[noreturn]] void run() {
        for (;;) {
            const auto events = poller_.wait(timers_.empty() ? UINT64_MAX : timers_.top().due_ns);
            for (const epoll_event& event : events) {
                if (event.data.u64 == kListenerTag) {
                    acceptAll();
                } else if (Connection* connection = at(static_cast<int>(event.data.u64))) {
                    onReady(*connection, event.events);
                }
            }
            runTimers(nowNs());
        }
    }

private:
    void listen() {
        listener_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        const int on = 1;
        setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(settings_.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            die("bind");
        if (::listen(listener_.get(), kBacklog) != 0) die("listen");
        poller_.add(listener_.get(), EPOLLIN, kListenerTag);
    }

    Connection* at(int fd) {
        const auto index = static_cast<std::size_t>(fd);
        return index < connections_.size() ? connections_[index].get() : nullptr;
    }

    void acceptAll() {
        for (;;) {
            const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0) {
                if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR) return;
                die("accept4");  // out of descriptors: a bench that goes on would measure the shortage
            }
            sendAtOnce(fd);
            if (static_cast<std::size_t>(fd) >= connections_.size()) connections_.resize(fd + 1);
            connections_[fd] = std::make_unique<Connection>(fd, ++last_serial_);
            poller_.add(fd, EPOLLIN, static_cast<std::uint64_t>(fd));
        }
    }

    void onReady(Connection& connection, std::uint32_t events) {
        if ((events & EPOLLOUT) && !flush(connection)) return;
        if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read(connection);
    }

    void read(Connection& connection) {
        const ssize_t size = ::recv(connection.fd.get(), buffer_.data(), buffer_.size(), 0);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
        // Bytes while an answer is under way would be pipelining, which nothing here uses.
        if (size <= 0 || connection.phase != Connection::Phase::Reading) return close(connection);
        const std::string_view bytes(buffer_.data(), static_cast<std::size_t>(size));
        const std::size_t used =
            connection.parser.feed(bytes, [&](std::string_view piece) { connection.body.append(piece); });
        if (connection.parser.failed() || connection.body.size() > kBodyBytesMax ||
            (connection.parser.done() && used != bytes.size())) {
            return refuse(connection);
        }
        if (connection.parser.done()) answer(connection);
    }

    void refuse(Connection& connection) {
        const std::string why =
            connection.parser.failed() ? connection.parser.fault() : "body too large or pipelined";
        connection.close_after_answer = true;
        if (write(connection, smallResponse("400 Bad Request", R"({"error":{"message":")" + why + "\"}}"))) {
            endAnswer(connection);
        }
    }

    void answer(Connection& connection) {
        connection.close_after_answer = !connection.parser.keepAlive();
        if (!connection.parser.isPost()) {
            if (write(connection, answerToGet(connection.parser.target()))) endAnswer(connection);
            return;
        }
        const bool stream = asksFor(connection.body, "stream");
        connection.with_usage = stream && asksFor(connection.body, "include_usage");
        connection.phase = stream ? Connection::Phase::Streaming : Connection::Phase::Waiting;
        connection.next_chunk = 1;
        connection.due_ns = nowNs() + settings_.delay_ns;
        release(connection.body);
        if (!stream) counters_.waiting.fetch_add(1, std::memory_order_relaxed);
        if (stream) {
            counters_.streams_started.fetch_add(1, std::memory_order_relaxed);
            if (!write(connection, streamHead())) return;
        }
        if (settings_.delay_ns == 0) {
            advance(connection);
        } else if (!connection.waits_for_room) {
            schedule(connection);
        }
    }

    std::string answerToGet(std::string_view target) {
        if (target == "/health") return healthResponse(counters_.snapshot());
        constexpr std::string_view kDelay = "/delay-ms/";
        std::uint64_t delay_ms = 0;
        const char* end = target.data() + target.size();
        if (!target.starts_with(kDelay) ||
            std::from_chars(target.data() + kDelay.size(), end, delay_ms).ptr != end ||
            target.size() == kDelay.size() || delay_ms > 3'600'000) {
            return smallResponse("404 Not Found", "{}");
        }
        settings_.delay_ns = delay_ms * kNsPerMs;
        return smallResponse("200 OK", "{}");
    }

    // Sends what is due now: the completion, one chunk, or the end of the stream.
    void advance(Connection& connection) {
        if (connection.phase == Connection::Phase::Waiting) {
            connection.phase = Connection::Phase::Reading;  // a reader that has left must not be counted off twice
            counters_.waiting.fetch_sub(1, std::memory_order_relaxed);
            counters_.completions.fetch_add(1, std::memory_order_relaxed);
            if (write(connection, completionResponse())) endAnswer(connection);
            return;
        }
        scratch_.clear();
        const bool last = connection.next_chunk > settings_.chunks;
        if (last) {
            appendStreamEnd(scratch_, settings_.chunks, connection.with_usage);
        } else {
            appendChunk(scratch_, connection.next_chunk++);
        }
        connection.due_ns = settings_.gap_ns == 0 ? nowNs() : connection.due_ns + settings_.gap_ns;
        if (!write(connection, scratch_)) return;
        if (last) {
            counters_.streams_finished.fetch_add(1, std::memory_order_relaxed);
            endAnswer(connection);
        } else if (!connection.waits_for_room) {
            schedule(connection);
        }
    }

    // Back to reading, or closed once everything is out. May destroy the connection.
    void endAnswer(Connection& connection) {
        connection.phase = Connection::Phase::Reading;
        connection.parser.reset();
        release(connection.body);
        if (connection.close_after_answer && connection.pending.empty()) close(connection);
    }

    void schedule(Connection& connection) {
        timers_.push({connection.due_ns, connection.fd.get(), connection.serial});
    }

    // Only what was due at `now_ns`: with a gap of 0 each stream is due again at once, and the sockets want
    // their turn.
    void runTimers(std::uint64_t now_ns) {
        while (!timers_.empty() && timers_.top().due_ns <= now_ns) {
            const Timer timer = timers_.top();
            timers_.pop();
            Connection* connection = at(timer.fd);
            if (connection && connection->serial == timer.serial) advance(*connection);
        }
    }

    // Sends now what the socket takes and keeps the rest for EPOLLOUT. False: the connection is gone.
    [[nodiscard]] bool write(Connection& connection, std::string_view bytes) {
        if (connection.pending.empty()) {
            const ssize_t sent = ::send(connection.fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN && errno != EINTR) {
                close(connection);
                return false;
            }
            bytes.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
        }
        if (bytes.empty()) return true;
        connection.pending.append(bytes);
        if (!connection.waits_for_room) watch(connection, true);
        return true;
    }

    // False: the connection is gone.
    [[nodiscard]] bool flush(Connection& connection) {
        const std::string bytes = std::exchange(connection.pending, {});
        if (!write(connection, bytes)) return false;
        if (!connection.pending.empty()) return true;
        watch(connection, false);
        if (connection.phase != Connection::Phase::Reading) {
            schedule(connection);
        } else if (connection.close_after_answer) {
            close(connection);
            return false;
        }
        return true;
    }

    void watch(Connection& connection, bool for_room) {
        connection.waits_for_room = for_room;
        const auto tag = static_cast<std::uint64_t>(connection.fd.get());
        poller_.modify(connection.fd.get(), for_room ? EPOLLIN | EPOLLOUT : EPOLLIN, tag);
    }

    void close(Connection& connection) {
        if (connection.phase == Connection::Phase::Streaming) {
            counters_.streams_cancelled.fetch_add(1, std::memory_order_relaxed);
        }
        if (connection.phase == Connection::Phase::Waiting) {
            counters_.waiting.fetch_sub(1, std::memory_order_relaxed);
        }
        connections_[connection.fd.get()].reset();
    }

    static void release(std::string& buffer) {
        buffer.clear();
        if (buffer.capacity() > kKeptBufferBytes) buffer.shrink_to_fit();
    }

    Settings settings_;
    Counters& counters_;
    Poller poller_;
    Descriptor listener_;
    std::uint64_t last_serial_ = 0;
    std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor
    std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
    std::array<char, 64 * 1024> buffer_;
    std::string scratch_;
};

int serve(int argc, char** argv) {
    const Options options(argc, argv, {"port", "gap-ms", "chunks", "delay-ms", "threads"}, kUsage);
    if (!options.given("port")) Options::fail("missing option", "port");
    Settings settings;
    settings.port = static_cast<std::uint16_t>(options.count("port", 0, 1, 65535));
    settings.gap_ns = static_cast<std::uint64_t>(options.number("gap-ms", 20, 0, 3'600'000) * kNsPerMs);
    settings.chunks = options.count("chunks", 100, 1, 1'000'000'000);
    settings.delay_ns = static_cast<std::uint64_t>(options.number("delay-ms", 0, 0, 3'600'000) * kNsPerMs);
    const std::uint64_t threads = options.count("threads", 1, 1, 64);

    const std::uint64_t descriptors = raiseDescriptorLimit();
    sharpenTimers();
    Counters counters;
    std::vector<std::unique_ptr<Server>> servers;
    for (std::uint64_t i = 0; i < threads; ++i)
        servers.push_back(std::make_unique<Server>(settings, counters));
    std::printf("listening on 127.0.0.1:%u, up to %llu descriptors\n", unsigned{settings.port},
                static_cast<unsigned long long>(descriptors));
    std::fflush(stdout);
    std::vector<std::jthread> loops;
    for (std::uint64_t i = 1; i < threads; ++i) {
        loops.emplace_back([server = servers[i].get()] { server->run(); });
    }
    servers[0]->run();  // until a signal ends the process
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) { return sluice::bench::serve(argc, argv); }
