#include "semantic/redis_index.h"

#include <algorithm>
#include <stdexcept>

namespace cache {

using cache_redis::clockMs, cache_redis::End, cache_redis::Job, cache_redis::JobPtr, cache_redis::Lane,
    cache_redis::Reply;

namespace {

constexpr size_t kNeighbours = 4;      // the nearest may just have expired
constexpr size_t kWaitingMax = 2'000;  // commands on their way
constexpr uint32_t kLateMax = 5;
const char* const kNoModule =
    "this Redis has no vector search (FT.SEARCH): that is part of Redis 8 and Redis Stack (RediSearch 2.4 or "
    "later), and of Valkey with valkey-search";
constexpr int64_t kLateMs = 5'000, kFaultMs = 30'000, kRefusedMs = 1'000;

const sluice_host_wait* waitOf(const sluice::Host& host) {
    const auto* table = host.find<sluice_host_wait>(SLUICE_HOST_WAIT_ID);
    if (!table) throw std::runtime_error("an index in Redis needs ABI 1.2: " SLUICE_HOST_WAIT_ID);
    return table;
}

}  // namespace

// What a hook waits for. It outlives the hook, which may have gone when the reply comes.
struct RedisIndex::Search {
    std::mutex mutex;
    End end = End::Away;
    Reply reply;
    bool answered = false;
};

RedisIndex::RedisIndex(sluice::Host host, const RedisIndexOptions& options)
    : host_(host),
      wait_(waitOf(host)),
      names_(options.index),
      timeout_ms_(options.timeout_ms),
      searches_(host.counter("sluice_cache_redis_index_searches_total",
                             "Searches of the semantic cache in Redis: found, nothing, late, away, refused",
                             {"outcome"})),
      engine_(options.server, {[this](const cache_redis::Node& node, bool up, const std::string& why) {
                                   changed(node, up, why);
                               },
                               [this](const std::string& what) { fault(what, 0); }, [](const char*) {}}) {}

void RedisIndex::changed(const cache_redis::Node& node, bool up, const std::string& why) {
    if (!up) return fault("Redis at " + node.place().text() + " is away: " + why, 0);
    fine();
}

// Pauses are for what does not pass by itself; while a server is away the engine knows it at once.
void RedisIndex::fault(const std::string& what, int64_t pause_ms) {
    if (pause_ms > 0) alone_until_ms_ = clockMs() + pause_ms;
    {
        const std::lock_guard lock(mutex_);
        if (fault_ == what) return;
        fault_ = what;
    }
    host_.warn("semantic cache: " + what + "; requests go on without it");
}

void RedisIndex::fine() {
    {
        const std::lock_guard lock(mutex_);
        if (fault_.empty()) return;
        fault_.clear();
    }
    host_.info("semantic cache: the index " + names_.index + " in Redis can be asked again");
}

bool RedisIndex::leftAlone() const { return clockMs() < alone_until_ms_.load(std::memory_order_relaxed); }

void RedisIndex::late(bool is) {
    if (!is) {
        late_ = 0;
    } else if (late_.fetch_add(1) + 1 >= kLateMax) {
        late_ = 0;
        fault("searches in Redis take longer than " + std::to_string(timeout_ms_) + " ms", kLateMs);
    }
}

JobPtr RedisIndex::job(Words words, Lane lane) const {
    auto made = std::make_unique<Job>();
    made->lane = lane;
    made->slot = cache_redis::slotOf(names_.prefix);
    made->commands.push_back(std::move(words));
    return made;
}

void RedisIndex::submit(JobPtr one) {
    ++waiting_;
    one->done = [this, done = std::move(one->done)](End end, std::vector<Reply>& replies) {
        --waiting_;
        if (done) done(end, replies);
    };
    std::vector<JobPtr> jobs;
    jobs.push_back(std::move(one));
    engine_.submit(std::move(jobs));
}

std::optional<Neighbour> RedisIndex::nearest(sluice_ctx* ctx, const std::string& scope,
                                             const std::vector<float>& vector, int64_t now_ms) {
    if (leftAlone() || engine_.away() || waiting_ >= kWaitingMax) {
        searches_.record(1, {"away"});
        return std::nullopt;
    }
    const uint64_t ticket = wait_->open(ctx);
    if (ticket == 0) return std::nullopt;
    const auto search = std::make_shared<Search>();
    auto asked = job(searchWords(names_, scope, vector, kNeighbours, timeout_ms_), cache_redis::kReads);
    asked->done = [this, search, ticket](End end, std::vector<Reply>& replies) {
        {
            const std::lock_guard lock(search->mutex);
            search->answered = true;
            search->end = end;
            if (end == End::Answered) search->reply = std::move(replies[0]);
        }
        wait_->wake(host_.raw(), ticket);
    };
    submit(std::move(asked));
    const auto waited = wait_->wait(ctx, ticket, timeout_ms_);
    const std::lock_guard lock(search->mutex);
    if (!search->answered && waited == SLUICE_E_CANCELLED) return std::nullopt;
    late(!search->answered);
    if (!search->reply) {
        searches_.record(1, {search->answered ? "away" : "late"});
        return std::nullopt;
    }
    searched(*search->reply, vector);
    if (cache_redis::isError(search->reply.get())) return std::nullopt;
    auto found = nearestIn(*search->reply, scope, now_ms);
    searches_.record(1, {found ? "found" : "nothing"});
    return found;
}

// What a search tells about the index, besides what it finds.
void RedisIndex::searched(const redisReply& reply, const std::vector<float>& vector) {
    if (!cache_redis::isError(&reply)) {
        ready_ = true;
        return fine();
    }
    const auto kind = faultOf(cache_redis::textOf(&reply));
    ready_ = false;
    if (kind == RedisFault::NoIndex) {  // nothing has been kept yet, or it was dropped
        searches_.record(1, {"nothing"});
        return fine();
    }
    searches_.record(1, {"refused"});
    if (kind == RedisFault::NoModule) return fault(kNoModule, kFaultMs);
    // The description of the index says more than the error, whose text may repeat what was sent.
    if (!creating_.exchange(true)) check(vector.size(), kind == RedisFault::OtherSize);
    alone_until_ms_ = clockMs() + kRefusedMs;
    if (kind != RedisFault::OtherSize)
        fault("Redis refuses to search the index " + names_.index + " (" + cache_redis::codeOf(&reply) + ")",
              kRefusedMs);
}

void RedisIndex::create(size_t dimensions) {
    auto asked = job(createWords(names_, dimensions), cache_redis::kWrites);
    asked->done = [this, dimensions](End end, std::vector<Reply>& replies) {
        if (end == End::Answered) return created(*replies[0], dimensions);
        creating_ = false;
    };
    submit(std::move(asked));
}

void RedisIndex::created(const redisReply& reply, size_t dimensions) {
    const bool is_error = cache_redis::isError(&reply);
    const auto kind = is_error ? faultOf(cache_redis::textOf(&reply)) : RedisFault::Other;
    if (is_error && kind == RedisFault::IsThere) return check(dimensions, false);
    ready_ = !is_error;
    creating_ = false;
    if (!is_error) return fine();
    if (kind == RedisFault::NoModule) return fault(kNoModule, kFaultMs);
    fault("Redis refuses to make the index " + names_.index + " (" + cache_redis::codeOf(&reply) + ")",
          kFaultMs);
}

// It is there: is it one that can be used? `other_size`: a search has said that it is not.
void RedisIndex::check(size_t dimensions, bool other_size) {
    auto asked = job(infoWords(names_), cache_redis::kWrites);
    asked->done = [this, dimensions, other_size](End end, std::vector<Reply>& replies) {
        creating_ = false;
        if (end != End::Answered || cache_redis::isError(replies[0].get())) return;
        auto wrong = misfit(*replies[0], names_, dimensions);
        if (wrong.empty() && other_size)
            wrong = "its vectors have not the " + std::to_string(dimensions) +
                    " dimensions of the embedding model";
        if (!wrong.empty())
            return fault("the index " + names_.index + " in Redis cannot be used: " + wrong +
                             "; choose another redis_index, or drop it with FT.DROPINDEX " + names_.index +
                             " DD",
                         kFaultMs);
        ready_ = true;
    };
    submit(std::move(asked));
}

void RedisIndex::add(const Answered& answered, int64_t now_ms) {
    const int64_t left = answered.expires_ms - now_ms;
    if (left <= 0 || leftAlone() || engine_.away() || waiting_ >= kWaitingMax) return;
    // Hashes that are there before their index are taken into it.
    if (!ready_ && !creating_.exchange(true)) create(answered.vector.size());
    auto one = job(hashWords(names_, answered), cache_redis::kWrites);
    one->patient = true;
    one->commands.push_back({"PEXPIRE", one->commands[0][1], std::to_string(left)});
    submit(std::move(one));
}

void RedisIndex::remove(const std::string& scope, const std::string& key) {
    if (engine_.away() || waiting_ >= kWaitingMax) return;
    submit(job({"UNLINK", names_.hashOf(scope, key)}, cache_redis::kWrites));
}

// DD is not known to valkey-search: without it the hashes stay until their time is over, and are found to
// lead nowhere.
void RedisIndex::clear() {
    auto asked = job(dropWords(names_, true), cache_redis::kWrites);
    asked->done = [this](End end, std::vector<Reply>& replies) {
        ready_ = false;
        if (end == End::Answered && cache_redis::isError(replies[0].get()) &&
            faultOf(cache_redis::textOf(replies[0].get())) == RedisFault::Other)
            submit(job(dropWords(names_, false), cache_redis::kWrites));
    };
    submit(std::move(asked));
}

nlohmann::json RedisIndex::status() const {
    nlohmann::json said{{"index", "redis"}, {"name", names_.index}};
    const std::lock_guard lock(mutex_);
    said["healthy"] = fault_.empty() && !engine_.away();
    if (!fault_.empty()) said["error"] = fault_;
    return said;
}

}  // namespace cache
