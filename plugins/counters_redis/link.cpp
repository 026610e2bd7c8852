#include "link.h"

#include <hiredis/hiredis.h>
#include <openssl/evp.h>

#include <array>
#include <chrono>
#include <cstring>

namespace counters_redis {
namespace {

constexpr size_t kQueueMax = 100'000, kBatchMax = 512;
constexpr uint32_t kBackoffFirstMs = 50, kBackoffMostMs = 2000;

timeval timevalOf(uint32_t ms) {
    return {static_cast<time_t>(ms / 1000), static_cast<suseconds_t>(ms % 1000 * 1000)};
}

std::string sha1Of(const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        constexpr const char* kDigits = "0123456789abcdef";
        hex += kDigits[digest[i] >> 4];
        hex += kDigits[digest[i] & 15];
    }
    return hex;
}

struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

bool isUnknownScript(const redisReply* reply) {
    return reply && reply->type == REDIS_REPLY_ERROR && std::strncmp(reply->str, "NOSCRIPT", 8) == 0;
}

void append(redisContext* context, const Link::Command& command, bool whole) {
    const std::string count = std::to_string(command.keys.size());
    std::vector<const char*> texts;
    std::vector<size_t> sizes;
    const auto add = [&](const std::string& text) {
        texts.push_back(text.data());
        sizes.push_back(text.size());
    };
    const std::string verb = whole ? "EVAL" : "EVALSHA";
    add(verb);
    add(whole ? command.script->text : command.script->sha1);
    add(count);
    for (const auto& key : command.keys) add(key);
    for (const auto& argument : command.arguments) add(argument);
    redisAppendCommandArgv(context, static_cast<int>(texts.size()), texts.data(), sizes.data());
}

}  // namespace

Script::Script(std::string its_text) : text(std::move(its_text)), sha1(sha1Of(text)) {}

Link::Link(Address address, uint32_t timeout_ms, std::function<void(bool, const std::string&)> changed)
    : address_(std::move(address)),
      timeout_ms_(timeout_ms),
      changed_(std::move(changed)),
      thread_([this] { run(); }) {}

Link::~Link() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    ready_.notify_all();
    thread_.join();
    if (context_) redisFree(context_);
}

bool Link::send(Command command, bool waits_for_server) {
    if (!waits_for_server && !up()) return false;
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= kQueueMax) return false;
        queue_.push_back(std::move(command));
        if (queue_.size() > 1) return true;  // it has been woken, or is at work
    }
    ready_.notify_one();
    return true;
}

int64_t Link::clockMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

void Link::rest(uint32_t ms) {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return ending_; });
}

void Link::run() {
    uint32_t backoff = kBackoffFirstMs;
    for (;;) {
        if (suspected_.exchange(false)) down("it takes too long to answer");
        if (!context_) {
            if (connect()) {
                backoff = kBackoffFirstMs;
                up_ = true;
                told_up_ = true;
                changed_(true, "");
            } else {
                {
                    const std::lock_guard lock(mutex_);
                    if (ending_) return;
                }
                rest(backoff);
                backoff = std::min(backoff * 2, kBackoffMostMs);
                continue;
            }
        }
        std::deque<Command> batch;
        {
            std::unique_lock lock(mutex_);
            ready_.wait_for(lock, std::chrono::milliseconds(100),
                            [this] { return ending_ || !queue_.empty() || suspected_; });
            if (ending_ && queue_.empty()) return;
            while (!queue_.empty() && batch.size() < kBatchMax) {
                batch.push_back(std::move(queue_.front()));
                queue_.pop_front();
            }
        }
        if (batch.empty() || exchange(batch)) continue;
        down(context_ && context_->err ? context_->errstr : "it closed the connection");
        const std::lock_guard lock(mutex_);
        for (auto one = batch.rbegin(); one != batch.rend(); ++one) {
            if (one->again) queue_.push_front(std::move(*one));
        }
    }
}

void Link::down(const std::string& why) {
    up_ = false;
    if (context_) redisFree(context_);
    context_ = nullptr;
    std::deque<Command> queued, kept;
    {
        const std::lock_guard lock(mutex_);
        queued.swap(queue_);
    }
    for (auto& command : queued) {  // whoever waits has been answered without the server by now
        if (command.again) {
            kept.push_back(std::move(command));
        } else if (command.done) {
            command.done(nullptr);
        }
    }
    {
        const std::lock_guard lock(mutex_);
        for (auto one = kept.rbegin(); one != kept.rend(); ++one) queue_.push_front(std::move(*one));
    }
    if (!told_up_) return;
    told_up_ = false;
    changed_(false, why);
}

bool Link::connect() {
    const timeval timeout = timevalOf(timeout_ms_);
    context_ = address_.path.empty() ? redisConnectWithTimeout(address_.host.c_str(), address_.port, timeout)
                                     : redisConnectUnixWithTimeout(address_.path.c_str(), timeout);
    const auto give = [this] {
        if (context_) redisFree(context_);
        context_ = nullptr;
        return false;
    };
    if (!context_ || context_->err) return give();
    redisSetTimeout(context_, timeout);
    if (address_.path.empty()) redisEnableKeepAlive(context_);
    const auto fine = [this](std::vector<const char*> words) {
        const Reply reply(static_cast<redisReply*>(
            redisCommandArgv(context_, static_cast<int>(words.size()), words.data(), nullptr)));
        return reply && reply->type != REDIS_REPLY_ERROR;
    };
    if (!address_.password.empty()) {
        const bool named = !address_.user.empty();
        const bool in = named ? fine({"AUTH", address_.user.c_str(), address_.password.c_str()})
                              : fine({"AUTH", address_.password.c_str()});
        if (!in) return give();
    }
    const std::string database = std::to_string(address_.database);
    if (address_.database > 0 && !fine({"SELECT", database.c_str()})) return give();
    return fine({"PING"}) || give();
}

redisReply* Link::reply() {
    void* raw = nullptr;
    const bool whole = redisGetReply(context_, &raw) == REDIS_OK;
    last_reply_ms_.store(clockMs(), std::memory_order_relaxed);
    return whole ? static_cast<redisReply*>(raw) : nullptr;
}

// Takes those off the batch that were answered; false if the connection broke.
bool Link::exchange(std::deque<Command>& batch) {
    for (const auto& command : batch) append(context_, command, false);
    std::deque<Command> unknown;
    while (!batch.empty()) {
        const Reply answer(reply());
        if (!answer) break;
        Command command = std::move(batch.front());
        batch.pop_front();
        if (isUnknownScript(answer.get())) {
            unknown.push_back(std::move(command));
        } else if (command.done) {
            command.done(answer.get());
        }
    }
    const bool whole = batch.empty();
    if (whole)
        for (const auto& command : unknown) append(context_, command, true);
    while (whole && !unknown.empty()) {
        const Reply answer(reply());
        if (!answer) break;
        if (unknown.front().done) unknown.front().done(answer.get());
        unknown.pop_front();
    }
    for (auto& command : unknown) batch.push_back(std::move(command));
    for (auto& command : batch) {
        if (command.done && !command.again) command.done(nullptr);
    }
    return batch.empty();
}

}  // namespace counters_redis
