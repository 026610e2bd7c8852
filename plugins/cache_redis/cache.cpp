#include "cache.h"

#include <chrono>
#include <stdexcept>

#include "together.h"

namespace cache_redis {
namespace {

constexpr size_t kLookupsMax = 20'000, kQueueMax = 20'000;
constexpr int64_t kSayAgainMs = 60'000;

const sluice_host_wait* waitOf(const sluice::Host& host) {
    const auto* table = host.find<sluice_host_wait>(SLUICE_HOST_WAIT_ID);
    if (!table) throw std::runtime_error("cache_redis needs ABI 1.2: this host has no " SLUICE_HOST_WAIT_ID);
    return table;
}

bool fits(std::string_view key) { return !key.empty() && key.size() <= SLUICE_CACHE_KEY_MAX; }

}  // namespace

// What a hook waits for. It outlives the hook, which may have gone when the replies come.
struct Cache::Asked {
    struct Found {
        size_t which;
        Reply value;
        int64_t ttl_left_ms;
    };
    explicit Asked(size_t count) : pending(count) {}

    std::mutex mutex;
    bool over = false;
    size_t pending, away = 0;
    std::vector<Found> found;
};

Cache::Cache(sluice::Host host, Options options)
    : host_(host),
      wait_(waitOf(host)),
      up_(host.gauge("sluice_cache_redis_up", "1 while this Redis of the cache answers", {"server"})),
      reads_(host.counter("sluice_cache_redis_reads_total",
                          "Keys looked up: hit, miss, late, away (the server), refused (by the server)",
                          {"outcome"})),
      writes_(
          host.counter("sluice_cache_redis_writes_total",
                       "Entries: kept; dropped as full (the queue), large, away (the server), late, refused",
                       {"outcome"})),
      seconds_(host.histogram("sluice_cache_redis_get_seconds", "How long a lookup waited")),
      queued_(host.gauge("sluice_cache_redis_queue_bytes", "Entries on their way to Redis")),
      redirects_(host.counter("sluice_cache_redis_redirects_total",
                              "Commands sent again: moved, ask, again (not yet there)", {"kind"})),
      engine_(std::move(options),
              {[this](const Node& node, bool up, const std::string& why) { changed(node, up, why); },
               [this](const std::string& what) {
                   host_.warn(what);
                   const std::lock_guard lock(mutex_);
                   complaint_ = what;
               },
               [this](const char* kind) {
                   ++moves_;
                   redirects_.record(1, {kind});
               }}) {}

void Cache::changed(const Node& node, bool up, const std::string& why) {
    const std::string place = node.place().text();
    const std::string name = (node.sentinel() ? "Redis Sentinel at " : "Redis at ") + place;
    if (!node.sentinel()) up_.record(up ? 1 : 0, {place});
    {
        const std::lock_guard lock(mutex_);
        if (up) {
            faults_.erase(name);
            complaint_.clear();
        } else if (faults_.size() < 1000) {
            faults_[name] = why;
        }
    }
    if (up) return host_.info(name + " answers");
    host_.warn(name + " is away: " + why);
}

// Its text may repeat what was sent: only its code is said, and each once a minute.
void Cache::refused(const char* doing, const redisReply& error) {
    ++errors_;
    const std::string code = codeOf(&error);
    const int64_t now = clockMs();
    {
        const std::lock_guard lock(mutex_);
        refusal_ = std::string("it refuses to ") + doing + " (" + code + ")";
        if (refusals_said_ms_.size() > 100) refusals_said_ms_.clear();
        auto [said, is_new] = refusals_said_ms_.try_emplace(doing + code, now);
        if (!is_new && now - said->second < kSayAgainMs) return;
        said->second = now;
    }
    const char* advice = code == "MOVED" ? ": it is part of a cluster, which redis_startup_nodes is for" : "";
    host_.warn(std::string("Redis refuses to ") + doing + " (" + code + ")" + advice);
}

JobPtr Cache::jobFor(std::string_view key, Lane lane) const {
    auto job = std::make_unique<Job>();
    job->lane = lane;
    job->commands.resize(1);
    job->commands[0].resize(2);
    job->commands[0][1] = engine_.options().prefix;
    job->commands[0][1] += key;
    job->slot = slotOf(job->commands[0][1]);
    return job;
}

JobPtr Cache::lookup(const std::shared_ptr<Asked>& asked, size_t which, std::string_view key,
                     uint64_t ticket) {
    auto job = jobFor(key, kReads);
    job->commands[0][0] = "GET";
    job->commands.push_back({"PTTL", job->commands[0][1]});
    job->done = [this, asked, which, ticket](End end, std::vector<Reply>& replies) {
        --lookups_;
        bool last = false;
        {
            const std::lock_guard lock(asked->mutex);
            last = --asked->pending == 0;
            if (end != End::Answered) {
                ++asked->away;
                reads_.record(1, {"away"});
            } else if (isError(replies[0].get())) {
                refused("give entries", *replies[0]);
                reads_.record(1, {"refused"});
            } else if (asked->over) {
                reads_.record(1, {"late"});
            } else {
                const bool timed = replies[1]->type == REDIS_REPLY_INTEGER;
                const int64_t left = timed ? replies[1]->integer : -1;
                // -2: it went between the two.
                const bool hit = replies[0]->type == REDIS_REPLY_STRING && left != -2;
                ++(hit ? hits_ : misses_);
                reads_.record(1, {hit ? "hit" : "miss"});
                if (hit) asked->found.push_back({which, std::move(replies[0]), left});
            }
        }
        if (last) wait_->wake(host_.raw(), ticket);
    };
    return job;
}

sluice_status Cache::get(sluice_ctx* ctx, const sluice_str* keys, size_t count, uint32_t wait_ms, void* sink,
                         Take take) {
    if (count == 0) return SLUICE_OK;
    for (size_t i = 0; i < count; ++i) {
        if (!fits(sluice::view(keys[i]))) return SLUICE_E_INVALID;
    }
    if (engine_.away() || lookups_ + count > kLookupsMax) {
        reads_.record(static_cast<double>(count), {"away"});
        return SLUICE_E_UNAVAILABLE;
    }
    const uint64_t ticket = wait_->open(ctx);
    if (ticket == 0) return SLUICE_E_UNSUPPORTED;
    const auto asked = std::make_shared<Asked>(count);
    std::vector<JobPtr> jobs;
    for (size_t i = 0; i < count; ++i) jobs.push_back(lookup(asked, i, sluice::view(keys[i]), ticket));
    lookups_ += count;
    const auto began = std::chrono::steady_clock::now();
    engine_.submit(std::move(jobs));
    const sluice_status waited = wait_->wait(ctx, ticket, wait_ms);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    seconds_.record(took.count());
    std::vector<Asked::Found> found;
    size_t pending = 0, away = 0;
    {
        const std::lock_guard lock(asked->mutex);
        asked->over = true;
        found.swap(asked->found);
        pending = asked->pending;
        away = asked->away;
    }
    for (const auto& one : found) {
        const sluice_cache_entry entry{sizeof entry, 0, {one.value->str, one.value->len}, one.ttl_left_ms};
        take(sink, one.which, &entry);
    }
    if (waited == SLUICE_E_CANCELLED) return waited;
    if (!found.empty()) return SLUICE_OK;
    return pending > 0 ? SLUICE_E_DEADLINE : away > 0 ? SLUICE_E_UNAVAILABLE : SLUICE_OK;
}

sluice_status Cache::drop(const char* why, sluice_status status) {
    ++dropped_;
    writes_.record(1, {why});
    return status;
}

sluice_status Cache::put(std::string_view key, std::string_view value, int64_t ttl_ms) {
    const Options& options = engine_.options();
    if (!fits(key) || ttl_ms <= 0) return SLUICE_E_INVALID;
    if (value.size() > options.value_bytes) return drop("large", SLUICE_E_INVALID);
    if (engine_.away()) return drop("away", SLUICE_E_UNAVAILABLE);
    const size_t bytes = key.size() + value.size() + 256;
    if (queue_bytes_.fetch_add(bytes) + bytes > options.queue_bytes || queue_length_ >= kQueueMax) {
        queue_bytes_ -= bytes;
        return drop("full", SLUICE_E_LIMIT);
    }
    ++queue_length_;
    queued_.record(static_cast<double>(queue_bytes_.load()));
    auto job = jobFor(key, kWrites);
    job->patient = true;
    job->commands[0][0] = "SET";
    job->commands[0].emplace_back(value);
    job->commands[0].emplace_back("PX");
    // Further away than this Redis takes for an overflow.
    job->expires_ms = clockMs() + std::min<int64_t>(ttl_ms, int64_t{1} << 50);
    job->done = [this, bytes](End end, std::vector<Reply>& replies) { stored(end, replies, bytes); };
    std::vector<JobPtr> jobs;
    jobs.push_back(std::move(job));
    engine_.submit(std::move(jobs));
    return SLUICE_OK;
}

void Cache::stored(End end, const std::vector<Reply>& replies, size_t bytes) {
    --queue_length_;
    queued_.record(static_cast<double>(queue_bytes_ -= bytes));
    if (end != End::Answered) {
        (void)drop(end == End::Late ? "late" : "away", SLUICE_OK);
    } else if (isError(replies[0].get())) {
        refused("keep entries", *replies[0]);
        (void)drop("refused", SLUICE_OK);
    } else {
        ++kept_;
        writes_.record(1, {"kept"});
    }
}

}  // namespace cache_redis
