#include "engine.h"

#include <pthread.h>
#include <csignal>

#include <algorithm>
#include <chrono>

#include <sluice/json.hpp>

#include "refused.h"

namespace batches {
namespace {

constexpr uint64_t kDoorKey = 0;  // no batch has the number 0
constexpr int64_t kDoorFirstMs = 300;
constexpr int64_t kDoorAgainMs = 1'000;
constexpr uint32_t kDoorWarnings = 60;  // of these failures one is told
constexpr int64_t kSweepMs = 60'000;
constexpr int64_t kDiskAgainMs = 5'000;
constexpr int kIdleMs = 1'000;

uint64_t keyOf(uint32_t number, size_t index) { return static_cast<uint64_t>(number) << 32 | index; }

}  // namespace

Voice::Voice(const sluice::Host& its_host)
    : host(its_host),
      lines(host.counter("sluice_batches_lines_total", "Lines of batches that are done", {"outcome"})),
      running(host.gauge("sluice_batches_in_flight", "Lines of batches on their way")) {}

int64_t Engine::nowMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Engine::Engine(const Options& options) : options_(options), now_(options) {
    door_due_ms_ = nowMs() + kDoorFirstMs;
    // The signals are the gateway's.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Engine::~Engine() { stop(); }

void Engine::stop() {
    stopping_ = true;
    transfers_.wake();
    if (thread_.joinable()) thread_.join();
}

void Engine::attach(const Voice& voice, const Options& options) {
    const std::lock_guard lock(mutex_);
    voices_.push_back(&voice);
    options_ = options;
    commands_.emplace_back([this, options] {
        now_ = options;
        if (Store* store = opened_) store->configure(options);
    });
    transfers_.wake();
}

void Engine::detach(const Voice& voice) {
    bool last = false;
    {
        const std::lock_guard lock(mutex_);
        last = voices_.size() == 1;
    }
    if (last) stop();  // it may still have something to say
    const std::lock_guard lock(mutex_);
    voices_.erase(std::remove(voices_.begin(), voices_.end(), &voice), voices_.end());
}

Options Engine::options() const {
    const std::lock_guard lock(mutex_);
    return options_;
}

void Engine::say(Level level, const std::string& text) const {
    const std::lock_guard lock(mutex_);
    if (voices_.empty()) return;
    const auto& host = voices_.back()->host;
    if (level == Level::Info) host.info(text);
    if (level == Level::Warn) host.warn(text);
    if (level == Level::Error) host.error(text);
}

void Engine::count(const char* outcome) const {
    const std::lock_guard lock(mutex_);
    if (!voices_.empty()) voices_.back()->lines.record(1, {outcome});
}

void Engine::tellInFlight() {
    const size_t in_flight = transfers_.running() - (door_asked_ ? 1 : 0);
    if (in_flight == told_in_flight_) return;
    told_in_flight_ = in_flight;
    const std::lock_guard lock(mutex_);
    if (!voices_.empty()) voices_.back()->running.record(static_cast<double>(in_flight));
}

// Not in the constructor: `sluice check --load`, and the child that tries a reload, must not touch what the
// gateway has.
Store& Engine::store() {
    if (Store* store = opened_) return *store;
    const std::lock_guard lock(store_mutex_);
    if (Store* store = opened_) return *store;
    const Options with = options();
    try {
        store_ = std::make_unique<Store>(with, nowMs);
    } catch (const DiskError& error) {
        if (!told_away_) say(Level::Error, error.what());
        told_away_ = true;
        throw Refused(503, "storage_unavailable", "Files and batches are not available at the moment");
    }
    if (told_away_) say(Level::Info, with.directory + " is free: files and batches are available");
    recover(*store_, with.lines_max, [this](const std::string& id, const std::string& why) {
        say(Level::Warn,
            id + " was in progress when the gateway ended: it has failed" +
                (why.empty() ? ", with the lines that were done" : ", and what was done is lost: " + why));
    });
    opened_ = store_.get();
    return *store_;
}

void Engine::submit(const Batch& batch, Index index, Credentials credentials) {
    auto lines = std::make_shared<Index>(std::move(index));
    auto key = std::make_shared<Credentials>(std::move(credentials));
    const std::lock_guard lock(mutex_);
    commands_.emplace_back([this, batch, lines, key] { begin(batch, std::move(*lines), std::move(*key)); });
    transfers_.wake();
}

void Engine::cancel(const std::string& id) {
    const std::lock_guard lock(mutex_);
    commands_.emplace_back([this, id] {
        for (const auto& [number, run] : runs_) {
            if (run->batch().id == id) ending_[number] = {End::Cancelled, 0};
        }
    });
    transfers_.wake();
}

void Engine::adopt() {
    std::deque<std::function<void()>> commands;
    {
        const std::lock_guard lock(mutex_);
        commands.swap(commands_);
    }
    for (const auto& command : commands) command();
}

void Engine::begin(const Batch& batch, Index index, Credentials credentials) {
    Store& store = *opened_.load();
    const auto now = store.batch(batch.id);
    const uint32_t number = ++numbers_;
    try {
        runs_[number] = std::make_unique<Run>(store, batch, std::move(index), std::move(credentials));
        if (now && now->status == Status::Cancelling) ending_[number] = {End::Cancelled, 0};
        (void)store.update(batch.id, [&](Batch& it) {
            if (it.status == Status::Validating) it.enter(Status::InProgress, nowMs());
        });
    } catch (const DiskError& error) {
        runs_.erase(number);
        say(Level::Error, batch.id + ": " + error.what());
        const int64_t gone_ms = store.goneMs();
        (void)store.update(batch.id, [&](Batch& it) {
            it.error_code = "storage_failed";
            it.error_message = "The gateway could not begin this batch.";
            it.gone_ms = gone_ms;
            it.enter(Status::Failed, nowMs());
        });
    }
}

void Engine::note(const Run& run) {
    const Journal& journal = run.journal();
    opened_.load()->note(run.batch().id, {journal.lines(), journal.succeeded(), journal.failed(), 0, 0},
                         journal.usage());
}

void Engine::settle(uint64_t key, const Answer& answer) {
    if (key == kDoorKey) {
        door_asked_ = false;
        const bool ours =
            answer.fault == Answer::Fault::None && answer.status == 200 && door_.check(answer.body);
        door_failures_ = ours ? 0 : door_failures_ + 1;
        if (!ours && door_failures_ % kDoorWarnings == 3)
            say(Level::Warn,
                "base_url: " + now_.base_url +
                    " is not this gateway, or does not answer; lines of batches wait. Allowed: the "
                    "address that this gateway listens at");
        return;
    }
    const auto number = static_cast<uint32_t>(key >> 32);
    const auto found = runs_.find(number);
    if (found == runs_.end()) return;
    Run& run = *found->second;
    const auto index = static_cast<size_t>(key & 0xFFFFFFFF);
    if (answer.fault == Answer::Fault::Unreachable) door_.doubt();
    try {
        Store& store = *opened_.load();
        const uint64_t before = run.journal().bytes();
        const uint64_t about = answer.body.size() + 1'024;
        if (!store.charge(run.batch().owner, static_cast<int64_t>(about))) {
            ending_[number] = {End::StorageFull, 0};
            return run.putBack(index, 0);
        }
        const bool done =
            run.settle(index, answer, {now_.retries_max, now_.retry_min_ms, now_.retry_max_ms}, nowMs());
        const auto real = static_cast<int64_t>(run.journal().bytes() - before);
        (void)store.charge(run.batch().owner, real - static_cast<int64_t>(about));
        if (!done) return;
        count(run.journal().outcome(index) == Journal::Outcome::Output ? "succeeded" : "failed");
        note(run);
        if (run.done()) ending_.try_emplace(number, End::Completed, 0);
    } catch (const DiskError& error) {
        say(Level::Error, run.batch().id + ": " + error.what());
        run.putBack(index, nowMs() + kDiskAgainMs);
    }
}

void Engine::end(uint32_t number, End how) {
    const auto found = runs_.find(number);
    if (found == runs_.end()) return;
    Run& run = *found->second;
    Store& store = *opened_.load();
    for (const size_t index : run.inFlight()) transfers_.abort(keyOf(number, index));
    try {
        (void)store.update(run.batch().id, [&](Batch& it) {
            if (it.status == Status::InProgress) it.enter(Status::Finalizing, nowMs());
        });
        finish(store, run.batch(), run.journal(), run.index(), how);
        runs_.erase(found);
    } catch (const DiskError& error) {
        say(Level::Error, run.batch().id + ": " + error.what());
        ending_[number] = {how, nowMs() + kDiskAgainMs};
    }
}

void Engine::endDue(int64_t now) {
    for (const auto& [number, run] : runs_) {
        if (run->batch().window_ends_ms <= now) ending_.try_emplace(number, End::Expired, 0);
    }
    std::vector<std::pair<uint32_t, End>> due;
    for (const auto& [number, how] : ending_) {
        if (how.second <= now) due.emplace_back(number, how.first);
    }
    for (const auto& [number, how] : due) {
        ending_.erase(number);
        end(number, how);
    }
}

void Engine::tendDoor(int64_t now) {
    if (door_asked_ || door_.proven() || door_due_ms_ > now) return;
    door_due_ms_ = now + kDoorAgainMs;
    door_asked_ = true;
    Call call;
    call.key = kDoorKey;
    call.url = now_.base_url + kProofPath + door_.ask();
    call.timeout_ms = 5'000;
    call.answer_bytes_max = 4'096;
    call.ca_file = now_.ca_file;
    transfers_.start(std::move(call));
}

void Engine::tend(int64_t now) {
    tendDoor(now);
    if (sweep_due_ms_ > now || !door_.proven()) return;
    sweep_due_ms_ = now + kSweepMs;
    try {
        // Opened here at the latest: what a process has left is put right without anybody asking.
        (void)store().sweep();
    } catch (const std::exception& error) {
        say(Level::Error, error.what());
    }
}

bool Engine::launchOne(uint32_t number, Run& run, int64_t now) {
    if (run.inFlight().size() >= now_.batch_concurrency || ending_.count(number)) return false;
    const auto index = run.next(now);
    if (!index) return false;
    const Batch& batch = run.batch();
    const Line line = run.line(*index);
    Call call;
    call.key = keyOf(number, *index);
    call.url = now_.base_url + batch.endpoint;
    call.fields = run.credentials();
    call.fields.insert(call.fields.end(), {"content-type: application/json", "expect:",
                                           "user-agent: sluice-batches", "x-sluice-batch: " + batch.id});
    call.body = line.body;
    if (batch.kind == Kind::OpenAI && now_.priority != 0) {
        sluice::JsonObject body(line.body);
        if (!body.member("priority") && body.set("priority", std::to_string(now_.priority)))
            call.body = body.text();
    }
    call.timeout_ms = static_cast<uint32_t>(
        std::clamp<int64_t>(batch.window_ends_ms - now, 1, static_cast<int64_t>(now_.line_timeout_ms)));
    call.answer_bytes_max = now_.answer_bytes_max;
    call.ca_file = now_.ca_file;
    transfers_.start(std::move(call));
    return true;
}

// In turns, a line of each batch: a small one does not wait for a large one.
void Engine::launch(int64_t now) {
    if (now_.verify_base_url && !door_.proven()) return;
    for (bool any = true; any;) {
        any = false;
        auto it = runs_.upper_bound(turn_);
        for (size_t i = 0; i < runs_.size(); ++i, ++it) {
            if (it == runs_.end()) it = runs_.begin();
            if (transfers_.running() >= now_.concurrency) return;
            try {
                any |= launchOne(it->first, *it->second, now);
            } catch (const std::exception& error) {
                say(Level::Error, it->second->batch().id + ": " + error.what());
                ending_.try_emplace(it->first, End::Interrupted, now + kDiskAgainMs);
            }
            turn_ = it->first;
        }
    }
}

int Engine::patience(int64_t now) const {
    int64_t until = now + kIdleMs;
    if (!door_.proven()) until = std::min(until, std::max(door_due_ms_, now + 10));
    for (const auto& [number, run] : runs_) {
        if (ending_.count(number)) continue;
        until = std::min(until, run->batch().window_ends_ms);
        const bool room =
            run->inFlight().size() < now_.batch_concurrency && transfers_.running() < now_.concurrency;
        if (const auto due = run->wakeAt(); due && room && (door_.proven() || !now_.verify_base_url))
            until = std::min(until, *due);
    }
    return static_cast<int>(std::max<int64_t>(until - now, 0));
}

void Engine::run() {
    (void)pthread_setname_np(pthread_self(), "sluice-batches");
    while (!stopping_) {
        try {
            adopt();
            tend(nowMs());
            launch(nowMs());
            tellInFlight();
            for (const auto& [key, answer] : transfers_.perform()) settle(key, answer);
            endDue(nowMs());
        } catch (const std::exception& error) {
            say(Level::Error, error.what());
        }
        if (!stopping_) transfers_.wait(patience(nowMs()));
    }
    adopt();
    while (!runs_.empty()) {
        const uint32_t number = runs_.begin()->first;
        end(number, End::Interrupted);
        runs_.erase(number);  // one that could not be written is put right by the next start
    }
}

}  // namespace batches
