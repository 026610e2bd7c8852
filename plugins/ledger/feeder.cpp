#include "feeder.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "event.h"
#include "frame.h"
#include "worker.h"

namespace ledger {
namespace {

constexpr size_t kReadBytes = 2 * (kEventBytesMax + kFrameHeadBytes);
// An instance that only tries the configuration has ended by then and adopts nothing.
constexpr milliseconds kFirstAdoption{300};

}  // namespace

Feeder::Feeder(const Options& options, Spools& spools, Overflow& overflow, Figures& figures,
               const Courier::Append& append, Log log)
    : options_(options),
      spools_(spools),
      overflow_(overflow),
      figures_(figures),
      log_(std::move(log)),
      rejected_file_(options.spool, options.rejected_bytes, log_),
      courier_(append, [this](const sluice_record& event,
                              sluice_status status) { return rejected_file_.add(event, status); }),
      adopt_at_(Clock::now() + std::min(kFirstAdoption, options.adopt)) {}

milliseconds Feeder::step(const std::function<bool()>& stopping) {
    const auto now = Clock::now();
    if (now < retry_at_) return std::chrono::ceil<milliseconds>(retry_at_ - now);
    if (now >= adopt_at_) {
        adopt();
        adopt_at_ = Clock::now() + options_.adopt;
    }
    if (now >= flush_at_ || fullBatch() || spools_.events() > spools_.ownEvents() || overflow_.events() > 0) {
        if (!deliverAll(stopping)) return retry_;
        flush_at_ = now + options_.store_flush;
    }
    spools_.dropEmpty();
    const auto pause = std::chrono::ceil<milliseconds>(std::min(adopt_at_, flush_at_) - Clock::now());
    return std::max(pause, milliseconds(1));
}

// Whole batches, those of others, and a last one that may be smaller. False: the rest has to wait.
bool Feeder::deliverAll(const std::function<bool()>& stopping) {
    while (!stopping()) {
        const Delivery delivery = deliverNext();
        if (delivery == Delivery::Later) return false;
        if (delivery == Delivery::Nothing) break;
        if (!fullBatch() && spools_.events() == spools_.ownEvents()) break;
    }
    return true;
}

void Feeder::drain(Clock::time_point deadline) {
    milliseconds left{0};
    do {
        if (spools_.ownEvents() + overflow_.events() == 0) return;
        const Delivery delivery = deliverNext();
        left = std::chrono::floor<milliseconds>(deadline - Clock::now());
        if (delivery == Delivery::Later && left > milliseconds(0)) pause(std::min(retry_, left));
    } while (left > milliseconds(0));
}

Feeder::Delivery Feeder::deliverNext() {
    if (Frames frames = overflow_.lend(); !frames.empty()) return deliver(std::move(frames));
    const auto spool = spools_.next();
    return spool ? deliver(spool) : Delivery::Nothing;
}

Feeder::Delivery Feeder::deliver(const std::shared_ptr<Spool>& spool) {
    const auto piece = spool->segments.next();
    if (!piece) return Delivery::Nothing;
    const File opened = piece->file ? File() : File::open(piece->path, O_RDONLY);
    const File& file = piece->file ? *piece->file : opened;
    const size_t wanted = std::min<uint64_t>(kReadBytes, piece->end - piece->begin);
    const int error = file ? file.read(piece->begin, wanted, bytes_) : errno;
    if (error != 0) return unreadable(*spool, *piece, error);
    read_failing_ = false;
    const size_t used = decode(bytes_);
    const size_t count = records_.size();
    if (count == 0) {
        const uint64_t before = spool->segments.events();
        spool->segments.setAside("what stands there is no event");
        figures_.dropped += before - spool->segments.events();
        return Delivery::Done;
    }
    if (!carry(count, spool->replayed)) return Delivery::Later;
    spool->segments.stored(used, count);
    return Delivery::Done;
}

Feeder::Delivery Feeder::deliver(Frames frames) {
    size_t done = 0;
    while (done < frames.bytes.size()) {
        const size_t used = decode(std::string_view(frames.bytes).substr(done));
        if (records_.empty()) break;  // never: they have not left memory
        const size_t count = records_.size();
        if (!carry(count, false)) {
            frames.bytes.erase(0, done);
            overflow_.giveBack(std::move(frames));
            return Delivery::Later;
        }
        done += used;
        frames.events -= count;
    }
    overflow_.giveBack({});
    return Delivery::Done;
}

Feeder::Delivery Feeder::unreadable(Spool& spool, const Piece& piece, int error) {
    if (error == ENOENT) {  // somebody has removed it; waiting will not bring it back
        const uint64_t before = spool.segments.events();
        spool.segments.setAside(faultText("it is gone", error));
        figures_.dropped += before - spool.segments.events();
        return Delivery::Done;
    }
    if (!std::exchange(read_failing_, true))
        log_(Level::Error, faultText(piece.path, error) + "; events wait until it can be read");
    retry_ = nextRetry(retry_);
    retry_at_ = Clock::now() + retry_;
    return Delivery::Later;
}

// Fills records_ and events_ with a batch off the front; how many bytes it takes.
size_t Feeder::decode(std::string_view frames) {
    records_.clear();
    events_.clear();
    FrameReader reader(frames);
    std::string_view event;
    size_t used = 0;
    while (records_.size() < options_.batch && reader.next(event)) {
        sluice_record record;
        if (!ledger::decode(event, record)) break;
        // The store knows events by call_id, and that may be what a client has chosen.
        if (record.record_id.len > 0) record.call_id = record.record_id;
        records_.push_back(record);
        used = reader.at();
    }
    for (const auto& record : records_) events_.push_back(&record);
    return used;
}

bool Feeder::carry(size_t count, bool replayed) {
    const uint64_t rejected = courier_.rejected();
    if (!courier_.deliver(events_)) {
        failed();
        return false;
    }
    const uint64_t refused = courier_.rejected() - rejected;
    figures_.rejected += refused;
    figures_.stored += count - refused;
    if (replayed) figures_.replayed += count - refused;
    ++figures_.batches;
    worked();
    return true;
}

void Feeder::failed() {
    retry_ = nextRetry(retry_);
    retry_at_ = Clock::now() + retry_;
    if (std::exchange(outage_, true)) return;
    log_(Level::Error,
         "the store takes no events; " + std::to_string(waiting()) + " wait in the spool " + options_.spool);
}

void Feeder::worked() {
    retry_ = milliseconds(0);
    retry_at_ = {};
    if (!std::exchange(outage_, false)) return;
    log_(Level::Info, "the store takes events again; " + std::to_string(waiting()) + " have been waiting");
}

void Feeder::adopt() {
    for (const auto& directory : Slot::withSegments(options_.spool)) {
        int error = 0;
        auto slot = Slot::take(directory, error);
        if (!slot) {  // somebody has it, perhaps we
            if (error != 0 && seen_.insert(directory).second)
                log_(Level::Warn, faultText(directory, error) + "; events that may be there are left alone");
            continue;
        }
        auto spool = std::make_shared<Spool>(std::move(slot), true, log_);
        for (const auto& path : spool->slot->segments()) {
            if (!seen_.insert(path).second) continue;
            if (auto segment = inspect(path, log_)) spool->segments.add(std::move(*segment));
        }
        const uint64_t events = spool->segments.events();
        if (events == 0) continue;
        log_(Level::Info, std::to_string(events) + " events that an instance has left in " + directory +
                              " are brought to the store");
        spools_.add(std::move(spool));
    }
}

}  // namespace ledger
