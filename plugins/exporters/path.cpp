#include "path.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "redact.h"

namespace exporters {
namespace {

// Where the processor is scarce, requests go first: what waits here has a bound and a spool. Where the kernel
// is not to be asked for that, nothing changes.
void letRequestsPass() {
    constexpr int kBehind = 5;  // steps of nice: a third of a loop's share
    const auto self = static_cast<id_t>(::gettid());
    (void)::setpriority(PRIO_PROCESS, self, ::getpriority(PRIO_PROCESS, self) + kBehind);
}

}  // namespace

Path::Path(const Options& options, const Sink& sink, Send send, Events events)
    : options_(options), sink_(sink), send_(std::move(send)), events_(std::move(events)) {}

void Path::start() {
    // The signals are the gateway's.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (size_t i = 0; i < options_.senders; ++i) {
        senders_.push_back(std::make_unique<Sender>());
        Sender& sender = *senders_.back();
        sender.dice = static_cast<uint64_t>(SteadyClock::now().time_since_epoch().count()) * (2 * i + 1);
        sender.thread = std::thread([this, &sender] { run(sender); });
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// Under mutex_. Null: there are too many.
Lane* Path::laneOf(const std::shared_ptr<const Destination>& to) {
    const auto found = lanes_.find(to->id);
    if (found != lanes_.end()) {
        found->second->to = to;  // its credentials may be newer
        return found->second.get();
    }
    if (lanes_.size() >= kDestinationsMax) return nullptr;
    auto lane = std::make_unique<Lane>();
    lane->to = to;
    if (!options_.spool.empty()) {
        lane->spool = std::make_unique<Spool>(
            SpoolOptions{options_.spool + "/" + to->id, options_.spool_bytes, options_.segmentBytes()},
            spool_bytes_, events_.dropped);
    }
    return (lanes_[to->id] = std::move(lane)).get();
}

void Path::know(const std::shared_ptr<const Destination>& to) {
    const std::lock_guard lock(mutex_);
    (void)laneOf(to);
}

void Path::put(const std::shared_ptr<const Destination>& to, uint8_t redact, std::string_view json) {
    Waiting record{std::string(json), redact, SteadyClock::now(), json.size()};
    const char* why = nullptr;
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        Lane* lane = closing_ ? nullptr : laneOf(to);
        if (!lane) {
            why = closing_ ? "closing" : "destinations";
        } else if (records_ >= options_.queue_records || bytes_ + json.size() > options_.queue_bytes ||
                   json.size() > kRecordBytesMax) {
            why = "queue_full";
        } else {
            ++records_;
            bytes_ += json.size();
            const bool was_full = lane->full(options_);
            lane->waiting_bytes += json.size();
            lane->waiting.push_back(std::move(record));
            // Once for each batch: when its time begins, and when it is full.
            wake = lane->waiting.size() == 1 || (!was_full && lane->full(options_));
        }
    }
    if (wake) changed_.notify_one();
    if (why) events_.dropped(1, why);
}

void Path::close() {
    {
        const std::lock_guard lock(mutex_);
        if (closing_) return;
        closing_ = true;
        const auto end = (SteadyClock::now() + options_.drain).time_since_epoch();
        closing_at_ms_ = std::max<int64_t>(1, std::chrono::duration_cast<milliseconds>(end).count());
    }
    changed_.notify_all();
    for (auto& sender : senders_) sender->thread.join();
    senders_.clear();
    uint64_t left = 0;
    for (auto& [id, lane] : lanes_) left += lane->waiting.size();
    if (left > 0) events_.dropped(left, "closing");
    lanes_.clear();
}

milliseconds Path::timeLeft() const {
    const int64_t end = closing_at_ms_;
    if (end == 0) return options_.timeout;
    const auto now = std::chrono::duration_cast<milliseconds>(SteadyClock::now().time_since_epoch());
    return milliseconds(std::clamp<int64_t>(end - now.count(), 0, options_.timeout.count()));
}

// Under mutex_. Null: none before `next`.
Lane* Path::pick(TimePoint now, TimePoint& next) {
    next = TimePoint::max();
    auto at = lanes_.upper_bound(turn_);  // in turn: one that always has something must not be the only one
    for (size_t i = 0; i < lanes_.size(); ++i, ++at) {
        if (at == lanes_.end()) at = lanes_.begin();
        Lane& lane = *at->second;
        if (lane.busy || (closing_ && lane.waiting.empty())) continue;
        const TimePoint due = closing_ ? now : lane.due(options_);
        next = std::min(next, due);
        if (due > now) continue;
        turn_ = at->first;
        return &lane;
    }
    return nullptr;
}

void Path::run(Sender& sender) {
    (void)pthread_setname_np(pthread_self(), "sluice-export");
    letRequestsPass();
    std::unique_lock lock(mutex_);
    for (;;) {
        const TimePoint now = SteadyClock::now();
        TimePoint next;
        Lane* lane = pick(now, next);
        if (!lane && closing_) return;
        if (!lane) {
            // A bound on the wait: a lane that another sender gives back has a time of its own.
            changed_.wait_until(lock, std::min(next, now + std::chrono::seconds(1)));
            continue;
        }
        lane->busy = true;
        lane->in_hand = lane->to;
        auto taken = lane->take(options_, lane->holds() || (closing_ && timeLeft().count() == 0));
        lock.unlock();
        serve(sender, *lane, taken, now);
        lock.lock();
        lane->putBack(std::move(taken));
        lane->busy = false;
        const auto records = records_;
        const auto bytes = bytes_;
        lock.unlock();
        changed_.notify_one();
        events_.waiting(records, bytes, static_cast<uint64_t>(std::max<int64_t>(0, spool_bytes_)));
        lock.lock();
    }
}

// What is left in `taken` is to be put back.
void Path::serve(Sender& sender, Lane& lane, std::vector<Waiting>& taken, TimePoint now) {
    redact(sender, taken);
    const bool last_chance = lane.spool && !lane.spool->isOpen() && closing_at_ms_ != 0;
    if (lane.spool && (now >= lane.adopt_at || last_chance)) tendSpool(lane, now);
    const bool open = lane.spool && lane.spool->isOpen();
    if (open && lane.holds()) (void)spoolAll(lane, taken);
    const bool may_send = now >= lane.retry_at && timeLeft().count() > 0;
    if (may_send && open && !lane.spool->empty())
        sendSpooled(sender, lane);
    else if (may_send && !taken.empty())
        sendTaken(sender, lane, taken);
    if (open && lane.failures > 0) (void)spoolAll(lane, taken);
    if (closing_at_ms_ == 0 || taken.empty()) return;
    // At the end there is one try; a lane that has failed is not asked again.
    if (timeLeft().count() > 0 && lane.failures == 0) return;
    if (open && spoolAll(lane, taken)) return;
    events_.dropped(taken.size(), "closing");
    uint64_t bytes = 0;
    for (const auto& record : taken) bytes += record.bytes;
    release(taken.size(), bytes);
    taken.clear();
}

// Before anything of it reaches a disk.
void Path::redact(Sender& sender, std::vector<Waiting>& taken) {
    const auto bad = std::remove_if(taken.begin(), taken.end(), [&](Waiting& record) {
        if (record.redact == 0) return false;
        if ((record.redact & kShape) != 0) record.json = shaped(sender.reader, record.json, options_);
        if ((record.redact & ~kShape) != 0) record.json = redacted(sender.reader, record.json, record.redact);
        record.redact = 0;
        if (!record.json.empty()) return false;
        events_.dropped(1, "malformed");
        release(1, record.bytes);
        return true;
    });
    taken.erase(bad, taken.end());
}

void Path::tendSpool(Lane& lane, TimePoint now) {
    lane.adopt_at = now + kAdopt;
    if (!lane.spool->isOpen()) {
        if (const int error = lane.spool->open()) {
            events_.warn("spool", "the spool " + options_.spool +
                                      " is of no use: " + std::generic_category().message(error) +
                                      "; records that wait are in memory only");
            return;
        }
    }
    lane.spool->adopt();
}

// In parts of a segment each, so that a full disk takes what it can and no part is larger than the bound.
// False: some are left in `taken`.
bool Path::spoolAll(Lane& lane, std::vector<Waiting>& taken) {
    size_t done = 0;
    while (done < taken.size()) {
        std::vector<std::string_view> part;
        uint64_t bytes = 0;
        uint64_t counted = 0;
        for (size_t i = done; i < taken.size() && (part.empty() || bytes < options_.segmentBytes()); ++i) {
            part.push_back(taken[i].json);
            bytes += taken[i].json.size();
            counted += taken[i].bytes;
        }
        if (const int error = lane.spool->append(part)) {
            events_.warn("spool", "the spool " + options_.spool +
                                      " takes no records: " + std::generic_category().message(error));
            lane.spool_at = SteadyClock::now() + kSpoolPause;
            break;
        }
        done += part.size();
        release(part.size(), counted);
    }
    taken.erase(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(done));
    return taken.empty();
}

void Path::release(size_t records, uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    records_ -= records;
    bytes_ -= bytes;
}

}  // namespace exporters
