// The way of a record from the queue to its receiver. A thread that brings one waits for nothing but a mutex
// that is held for a copy of pointers; everything else happens on the path's own threads.
//
//   put ─ queue ─┬─ batch ─ encode ─ gzip ─ send ─┬─ 2xx: done
//                │                                ├─ 413, 400, 422: in halves; other 4xx: dropped
//                └─ spool, while the receiver     └─ no answer, 408, 425, 429, 5xx: again later, over the
//                spool
//                   is away, then from there
//
// Each destination has a lane: a queue, a spool and pauses of its own, and at most one request under way, so
// that its records stay in order and one receiver that hangs holds up nobody else as long as there is another
// sender. A record ends in exactly one of delivered() and dropped(), or is on the disk when the process ends.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lane.h"
#include "node.h"
#include "options.h"
#include "sink.h"

namespace exporters {

/// What the path tells. [any], several threads at once; none of it may block.
struct Events {
    std::function<void(size_t records)> delivered;
    /// why: queue_full, spool_full, rejected, too_large, malformed, closing, damaged, destinations.
    std::function<void(size_t records, const char* why)> dropped;
    /// Of a request to a receiver; 0: no answer.
    std::function<void(int status)> answered;
    std::function<void(uint64_t records, uint64_t bytes, uint64_t spool_bytes)> waiting;
    /// At most one line of a `kind` a minute is of use.
    std::function<void(const std::string& kind, const std::string& text)> warn;
};

/// Blocks for at most that time. [a sender's thread]
using Send = std::function<Answer(const Outgoing& request, milliseconds timeout)>;

/// `request` as it goes out to `to`: with its fields and type, and packed if `gzip` and if that is shorter.
void seal(Outgoing& request, const Destination& to, bool gzip);

class Path {
public:
    /// `sink` and what `send` uses outlive it.
    Path(const Options& options, const Sink& sink, Send send, Events events);
    ~Path() { close(); }
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;

    /// Begins to send. [control]
    void start();
    /// A destination for which something may wait in the spool. [any]
    void know(const std::shared_ptr<const Destination>& to);
    /// Takes a copy, or drops it. Never waits for a disk or a receiver. [any]
    void put(const std::shared_ptr<const Destination>& to, uint8_t redact, std::string_view json);
    /// Sends what there is for at most options.drain and a request's timeout, spools the rest. [control]
    void close();

private:
    struct Sender {
        std::thread thread;
        Reader reader;
        uint64_t dice = 0;
    };
    enum class Verdict { Delivered, Split, Rejected, TooLarge, Retry };

    Lane* laneOf(const std::shared_ptr<const Destination>& to);
    Lane* pick(TimePoint now, TimePoint& next);
    void run(Sender& sender);
    void serve(Sender& sender, Lane& lane, std::vector<Waiting>& taken, TimePoint now);
    void redact(Sender& sender, std::vector<Waiting>& taken);
    void tendSpool(Lane& lane, TimePoint now);
    void sendSpooled(Sender& sender, Lane& lane);
    void sendTaken(Sender& sender, Lane& lane, std::vector<Waiting>& taken);
    bool spoolAll(Lane& lane, std::vector<Waiting>& taken);
    size_t send(Sender& sender, Lane& lane, const std::vector<std::string_view>& records);
    size_t endOf(const std::vector<std::string>& items, size_t at, size_t step) const;
    Answer ask(Lane& lane, const std::vector<std::string>& items, size_t begin, size_t end);
    static Verdict verdictOf(int status);
    void failed(Sender& sender, Lane& lane, const Answer& answer);
    void release(size_t records, uint64_t bytes);
    milliseconds timeLeft() const;

    const Options options_;
    const Sink& sink_;
    const Send send_;
    const Events events_;
    std::atomic<int64_t> spool_bytes_{0};
    std::vector<std::unique_ptr<Sender>> senders_;  // [control]

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::unique_ptr<Lane>, std::less<>> lanes_;  // guarded by mutex_, as is the rest
    size_t records_ = 0;                                               // in memory, in all lanes and in hand
    uint64_t bytes_ = 0;
    std::string turn_;  // the destination that was served last
    bool closing_ = false;
    std::atomic<int64_t> closing_at_ms_{0};  // of SteadyClock; 0: it goes on
};

}  // namespace exporters
