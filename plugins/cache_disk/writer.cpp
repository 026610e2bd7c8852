#include "writer.h"

#include <chrono>
#include <new>

namespace cache_disk {
namespace {

constexpr size_t kCommandBytes = 256;  // of a command itself, about
constexpr size_t kBatchCommands = 256;
constexpr int kNoMemory = 7;  // SQLITE_NOMEM
constexpr auto kPatience = std::chrono::seconds(120);

}  // namespace

// Of one question: all its commands count down.
struct Writer::Answer {
    std::mutex mutex;
    std::condition_variable ready;
    size_t left = 0;
    uint64_t removed = 0;
    bool failed = false;

    void done(bool fine, uint64_t count) {
        const std::lock_guard lock(mutex);
        if (left == 0) return;  // what fails after it was done changes nothing
        removed += count;
        failed |= !fine;
        if (--left == 0) ready.notify_all();
    }
};

size_t Writer::Command::bytes() const { return key.size() + value.size() + kCommandBytes; }

Writer::Writer(Place& place, const Options& options, Used& used)
    : place_(place), options_(options), used_(used), thread_([this] { run(); }) {}

Writer::~Writer() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        end_by_ms_ = steadyMs() + kDrainMs;
    }
    ready_.notify_all();
    thread_.join();
}

bool Writer::push(std::vector<Command> commands, bool bounded) {
    {
        const std::lock_guard lock(mutex_);
        size_t bytes = 0;
        for (const auto& command : commands) bytes += command.bytes();
        if (bounded && queued_bytes_ + bytes > static_cast<size_t>(options_.max_queue_bytes)) return false;
        queued_bytes_ += bytes;
        for (auto& command : commands) queue_.push_back(std::move(command));
    }
    ready_.notify_one();
    return true;
}

bool Writer::put(std::string_view key, std::string_view value, int64_t expires_ms) {
    std::vector<Command> one;
    one.push_back({Command::Kind::Put, std::string(key), std::string(value), expires_ms, nullptr});
    if (push(std::move(one), true)) return true;
    ++dropped_;
    return false;
}

void Writer::forget(std::string_view key) {
    std::vector<Command> one;
    one.push_back({Command::Kind::Remove, std::string(key), {}, 0, nullptr});
    (void)push(std::move(one), true);
}

bool Writer::wait(Answer& answer) {
    std::unique_lock lock(answer.mutex);
    return answer.ready.wait_for(lock, kPatience, [&] { return answer.left == 0; }) && !answer.failed;
}

bool Writer::remove(const std::vector<std::string>& keys, uint64_t& removed) {
    const auto answer = std::make_shared<Answer>();
    std::vector<Command> commands;
    for (const auto& key : keys) commands.push_back({Command::Kind::Remove, key, {}, 0, answer});
    answer->left = commands.size();
    if (commands.empty()) return true;
    (void)push(std::move(commands), false);
    const bool fine = wait(*answer);
    const std::lock_guard lock(answer->mutex);
    removed = answer->removed;
    return fine;
}

bool Writer::flush(std::string_view prefix) {
    const auto answer = std::make_shared<Answer>();
    answer->left = 1;
    std::vector<Command> one;
    one.push_back({Command::Kind::Flush, std::string(prefix), {}, 0, answer});
    (void)push(std::move(one), false);
    return wait(*answer);
}

Writer::Figures Writer::figures() const {
    const std::lock_guard lock(mutex_);
    return {puts_, dropped_, evictions_, expired_, queued_bytes_};
}

void Writer::run() {
    for (;;) {
        place_.tend();
        bool late = false;
        {
            std::unique_lock lock(mutex_);
            ready_.wait_for(lock, std::chrono::milliseconds(kRestMs),
                            [this] { return ending_ || !queue_.empty(); });
            if (ending_ && queue_.empty()) return;
            late = ending_ && steadyMs() > end_by_ms_;
        }
        const auto batch = take();
        if (batch.empty()) continue;
        if (late || !place_.ready()) {
            lose(batch);
            continue;
        }
        write(batch);
    }
}

// Up to a flush, which goes alone, and to what a transaction may write.
std::vector<Writer::Command> Writer::take() {
    std::vector<Command> batch;
    int64_t pages = options_.logBytes() / 8 / kPageBytes;
    const std::lock_guard lock(mutex_);
    while (!queue_.empty() && batch.size() < kBatchCommands) {
        Command& next = queue_.front();
        const bool alone = next.kind == Command::Kind::Flush;
        pages -= Entries::pagesFor(next.value.size());
        if (!batch.empty() && (alone || pages < 0)) break;
        queued_bytes_ -= next.bytes();
        batch.push_back(std::move(next));
        queue_.pop_front();
        if (alone) break;
    }
    return batch;
}

void Writer::write(const std::vector<Command>& batch) {
    try {
        if (!entries_ || epoch_ != place_.epoch()) {
            entries_.reset();
            entries_.emplace(place_.connect(epoch_, path_), options_, used_);
        }
        if (batch.front().kind == Command::Kind::Flush) {
            flushNow(batch.front());
        } else {
            apply(batch);
        }
        entries_->shorten(path_);
        place_.worked();
        return;
    } catch (const SqlError& error) {
        place_.failed(error, epoch_);
    } catch (const std::bad_alloc&) {
        place_.failed(SqlError(kNoMemory, "out of memory"), epoch_);
    }
    if (entries_) entries_->rollback();
    entries_.reset();
    lose(batch);
}

void Writer::lose(const std::vector<Command>& batch) {
    for (const auto& command : batch) {
        if (command.answer) command.answer->done(false, 0);
        if (command.kind == Command::Kind::Put) ++dropped_;
    }
}

void Writer::apply(const std::vector<Command>& batch) {
    const int64_t now = wallMs();
    const uint64_t evicted = entries_->evicted(), expired = entries_->expired();
    std::vector<bool> was_there(batch.size());
    uint64_t puts = 0;
    entries_->begin();
    for (size_t i = 0; i < batch.size(); ++i) {
        const Command& command = batch[i];
        if (command.kind == Command::Kind::Remove) {
            was_there[i] = entries_->remove(command.key, now);
        } else if (command.expires_ms > now) {
            entries_->put(command.key, command.value, command.expires_ms, now);
            ++puts;
        }
    }
    entries_->commit();
    puts_ += puts;
    evictions_ += entries_->evicted() - evicted;
    expired_ += entries_->expired() - expired;
    for (size_t i = 0; i < batch.size(); ++i) {
        if (batch[i].answer) batch[i].answer->done(true, was_there[i] ? 1 : 0);
    }
}

void Writer::flushNow(const Command& command) {
    for (bool more = true; more;) {
        entries_->begin();
        more = entries_->flushSome(command.key);
        entries_->commit();
        entries_->shorten(path_);
    }
    command.answer->done(true, 0);
}

}  // namespace cache_disk
