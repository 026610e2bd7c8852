#include "shared.h"

#include <hiredis/hiredis.h>

#include <charconv>
#include <chrono>
#include <condition_variable>

#include "scripts.h"

namespace counters_redis {
namespace {

constexpr uint32_t kAliveMs = 15'000, kReadMs = 500;
constexpr int64_t kBusyMs = 1000;  // for an answer of a server that answers others
constexpr size_t kMissedMax = 100'000;

const Script kTakeScript(std::string(kShared) + kTake), kSettleScript(std::string(kShared) + kSettle),
    kSeedScript(std::string(kShared) + kSeed), kReadScript(std::string(kShared) + kRead),
    kHelloScript(std::string(kShared) + kHello);

int64_t nowMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

const char* letter(uint32_t kind) {
    return kind == SLUICE_COUNTER_WINDOW ? "w" : kind == SLUICE_COUNTER_LEVEL ? "l" : "s";
}

std::string text(sluice_str s) { return {s.ptr, s.len}; }

int64_t numberIn(const redisReply* reply) {
    if (reply->type == REDIS_REPLY_INTEGER) return reply->integer;
    int64_t value = 0;
    if (reply->type == REDIS_REPLY_STRING) std::from_chars(reply->str, reply->str + reply->len, value);
    return value;
}

bool isList(const redisReply* reply, size_t least) {
    return reply && reply->type == REDIS_REPLY_ARRAY && reply->elements >= least;
}

}  // namespace

// A step that somebody waits for. The link's thread fills it in; who has gone leaves it to be undone.
struct Shared::Asked {
    Asked(const sluice_counter* counters, size_t count) : all(counters, counters + count) {
        for (const auto& c : all) {
            names.push_back(text(c.name));
            holders.push_back(text(c.holder));
        }
    }
    /// True if it was counted and nobody waits for it any more.
    bool answer(const redisReply* reply) {
        const std::lock_guard lock(mutex);
        answered = true;
        if (!isList(reply, 3)) return false;
        verdict = reply->element[0]->str;
        which = static_cast<size_t>(numberIn(reply->element[1]));
        at_ms = numberIn(reply->element[2]);
        for (size_t i = 3; i < reply->elements; ++i) figures.push_back(numberIn(reply->element[i]));
        return over && verdict == "ok";
    }
    int64_t figure(size_t i) const { return i < figures.size() ? figures[i] : 0; }
    /// As settlements of nothing that was used.
    const std::vector<sluice_counter>& undone() {
        for (size_t i = 0; i < all.size(); ++i) {
            sluice_counter& c = all[i];
            c.name = sluice::str(names[i]);
            c.holder = sluice::str(holders[i]);
            c.taken = c.amount;
            c.at_ms = at_ms;
            c.amount = 0;
        }
        return all;
    }

    std::mutex mutex;
    bool over = false;  // nobody waits any more
    bool answered = false;
    std::string verdict;  // "ok", "full", "unknown"; empty: the server gave none
    size_t which = 0;
    int64_t at_ms = 0;
    std::vector<int64_t> figures;  // used and reset of each, or of the one that is full

private:
    std::vector<sluice_counter> all;
    std::vector<std::string> names, holders;
};

Shared::Shared(sluice::Host host, const Options& options)
    : host_(host),
      wait_(host.find<sluice_host_wait>(SLUICE_HOST_WAIT_ID)),
      options_(options),
      gateway_(std::to_string(host.random())),
      up_gauge_(host.gauge("sluice_redis_up", "1 while the Redis of the counters answers", {"server"})),
      degraded_total_(host.counter("sluice_limits_degraded_total",
                                   "Requests counted by this gateway alone, while Redis was away")),
      link_(options.address, options.timeout_ms,
            [this](bool up, const std::string& why) { changed(up, why); }) {}

Shared::~Shared() = default;

// One hash slot for all: a step is one script, which a cluster runs where its keys are.
std::string Shared::key(const sluice_counter& counter) const {
    std::string key = options_.prefix + ":{limits}:" + text(counter.name);
    if (counter.kind == SLUICE_COUNTER_SUM) key += ":" + std::to_string(counter.ends_ms);
    return key;
}

void Shared::changed(bool up, const std::string& why) {
    up_gauge_.record(up ? 1 : 0, {options_.address.place});
    if (!up) {
        const int64_t gateways = gateways_.load();
        host_.warn("Redis at " + options_.address.place + " is away (" + why +
                   "): this gateway counts by itself, up to " +
                   (gateways > 1 ? "1/" + std::to_string(gateways) + " of each limit" : "each limit"));
        return;
    }
    host_.info("Redis at " + options_.address.place + " counts");
    handIn();
}

sluice_status Shared::take(sluice_ctx* ctx, sluice_counter* counters, size_t count, size_t* which) {
    if (link_.up() && wait_) {
        const auto status = takeThere(ctx, counters, count, which);
        if (status != SLUICE_E_UNAVAILABLE) return status;
    }
    degraded_total_.record(1);
    return takeHere(counters, count, which);
}

sluice_status Shared::takeHere(sluice_counter* counters, size_t count, size_t* which) {
    std::vector<int64_t> limits;
    for (size_t i = 0; i < count; ++i) {
        limits.push_back(counters[i].limit);
        counters[i].limit = share(counters[i]);
    }
    const auto status = mine_.take(counters, count, which, nowMs());
    for (size_t i = 0; i < count; ++i) {
        counters[i].limit = limits[i];
        // Known again by settle(): what was taken here is handed in as a whole when it is settled.
        if (status == SLUICE_OK) counters[i].at_ms = -counters[i].at_ms;
    }
    return status;
}

// A server that answers others is busy, one that answers nobody is away. False: the latter.
bool Shared::waitFor(sluice_ctx* ctx, uint64_t ticket, int64_t asked_at) {
    for (;;) {
        const auto status = wait_->wait(ctx, ticket, options_.deadline_ms);
        if (status != SLUICE_E_DEADLINE) return true;
        const int64_t now = Link::clockMs(), heard = std::max(asked_at, link_.lastReplyMs());
        if (now - heard >= options_.deadline_ms) return false;
        if (now - asked_at >= kBusyMs) return true;
    }
}

Link::Command Shared::takeCommand(const sluice_counter* counters, size_t count) const {
    Link::Command command{&kTakeScript, {}, {gateway_}, {}, false};
    for (size_t i = 0; i < count; ++i) {
        const sluice_counter& c = counters[i];
        command.keys.push_back(key(c));
        for (auto& argument :
             {std::string(letter(c.kind)), std::to_string(c.limit), std::to_string(c.span_ms),
              std::to_string(c.ends_ms), std::to_string(c.amount), text(c.holder)})
            command.arguments.push_back(argument);
    }
    return command;
}

sluice_status Shared::takeThere(sluice_ctx* ctx, sluice_counter* counters, size_t count, size_t* which) {
    const auto asked = std::make_shared<Asked>(counters, count);
    const uint64_t ticket = wait_->open(ctx);
    if (ticket == 0) return SLUICE_E_UNAVAILABLE;
    auto command = takeCommand(counters, count);
    command.done = [this, asked, ticket](const redisReply* reply) {
        if (reply && reply->type == REDIS_REPLY_ERROR)
            host_.error("Redis refuses to count: " + std::string(reply->str).substr(0, 200));
        // Nobody waited so long: it was counted here instead.
        if (asked->answer(reply)) {
            const auto& undone = asked->undone();
            settleThere(undone.data(), undone.size());
        } else {
            wait_->wake(host_.raw(), ticket);
        }
    };
    if (!link_.send(std::move(command), false)) return SLUICE_E_UNAVAILABLE;
    const bool answers = waitFor(ctx, ticket, Link::clockMs());
    const std::lock_guard lock(asked->mutex);
    if (!asked->answered) {
        asked->over = true;
        if (!answers) link_.suspect();
        return SLUICE_E_UNAVAILABLE;
    }
    if (asked->verdict.empty()) return SLUICE_E_UNAVAILABLE;
    *which = asked->which;
    if (asked->verdict != "ok") {
        counters[*which].used = asked->figure(0);
        counters[*which].reset_ms = asked->figure(1);
        return asked->verdict == "full" ? SLUICE_E_LIMIT : SLUICE_E_NOT_FOUND;
    }
    for (size_t i = 0; i < count; ++i) {
        counters[i].taken = counters[i].amount;
        counters[i].at_ms = asked->at_ms;
        counters[i].used = asked->figure(2 * i);
        counters[i].reset_ms = asked->figure(2 * i + 1);
    }
    std::vector<sluice_counter> copy(counters, counters + count);
    countHere(copy);
    return SLUICE_OK;
}

// For the day that the server goes away; of sums all that is known of them.
void Shared::countHere(std::vector<sluice_counter>& counters) {
    for (auto& c : counters) {
        c.limit = INT64_MAX;
        if (c.kind != SLUICE_COUNTER_SUM) continue;
        sluice_counter known = c;
        known.amount = std::max<int64_t>(0, c.used - c.amount);
        mine_.seed(&known, 1, nowMs());
    }
    size_t ignored = 0;
    (void)mine_.take(counters.data(), counters.size(), &ignored, nowMs());
}

// A share of the limit; of a sum a share of what was left of it when the server went away.
int64_t Shared::share(const sluice_counter& counter) {
    const int64_t gateways = std::max<int64_t>(1, gateways_.load(std::memory_order_relaxed));
    if (counter.limit == INT64_MAX || counter.limit == 0) return counter.limit;
    if (counter.kind != SLUICE_COUNTER_SUM) return std::max<int64_t>(1, counter.limit / gateways);
    sluice_counter known = counter;
    mine_.read(&known, 1, nowMs());
    const std::lock_guard lock(mutex_);
    const int64_t base = bases_.try_emplace(key(counter), known.used).first->second;
    return base >= counter.limit ? counter.limit
                                 : base + std::max<int64_t>(1, (counter.limit - base) / gateways);
}

void Shared::settle(const sluice_counter* counters, size_t count) {
    const bool here = count > 0 && counters[0].at_ms < 0;
    std::vector<sluice_counter> copy(counters, counters + count);
    for (auto& c : copy) c.at_ms = here ? -c.at_ms : c.at_ms;
    mine_.settle(copy.data(), copy.size(), nowMs());
    if (!here) return settleThere(counters, count);
    for (const auto& c : copy) {
        if (c.kind != SLUICE_COUNTER_LEVEL) miss(c, c.amount);
    }
    if (link_.up()) handIn();
}

// Places are given back even if the server has to be asked twice; amounts are not counted twice.
void Shared::settleThere(const sluice_counter* counters, size_t count) {
    Link::Command places{&kSettleScript, {}, {gateway_}, {}, true},
        amounts{&kSettleScript, {}, {gateway_}, {}, false};
    for (size_t i = 0; i < count; ++i) {
        const sluice_counter& c = counters[i];
        Link::Command& command = c.kind == SLUICE_COUNTER_LEVEL ? places : amounts;
        if (c.kind == SLUICE_COUNTER_WINDOW && c.amount == c.taken) continue;  // it stands as it was taken
        command.keys.push_back(key(c));
        for (auto& argument :
             {std::string(letter(c.kind)), std::to_string(c.span_ms), std::to_string(c.taken),
              std::to_string(c.amount), std::to_string(c.at_ms), text(c.holder)})
            command.arguments.push_back(argument);
    }
    for (auto* command : {&places, &amounts}) {
        if (!command->keys.empty()) (void)link_.send(std::move(*command), true);
    }
}

void Shared::miss(const sluice_counter& c, int64_t amount) {
    if (amount <= 0) return;
    const int64_t slot = c.kind == SLUICE_COUNTER_WINDOW ? c.at_ms / std::max<int64_t>(1, c.span_ms / 12) : 0;
    const std::lock_guard lock(mutex_);
    auto& mine = missed_[key(c) + ' ' + std::to_string(slot)];
    if (missed_.size() > kMissedMax) return;
    mine = {c.kind, c.span_ms, c.ends_ms, mine.amount + amount, c.at_ms};
}

// As settlements of nothing that was taken.
void Shared::handIn() {
    std::map<std::string, Missed> all;
    {
        const std::lock_guard lock(mutex_);
        all.swap(missed_);
        bases_.clear();
    }
    const int64_t now = nowMs();
    for (const auto& [name, m] : all) {
        const bool past =
            m.kind == SLUICE_COUNTER_WINDOW ? m.at_ms + m.span_ms < now : m.ends_ms > 0 && m.ends_ms < now;
        if (past) continue;
        Link::Command command{&kSettleScript, {name.substr(0, name.rfind(' '))}, {gateway_}, {}, false};
        for (auto& argument : {std::string(letter(m.kind)), std::to_string(m.span_ms), std::string("0"),
                               std::to_string(m.amount), std::to_string(m.at_ms), std::string()})
            command.arguments.push_back(argument);
        (void)link_.send(std::move(command), true);
    }
}

void Shared::seed(const sluice_counter* counters, size_t count) {
    mine_.seed(counters, count, nowMs());
    Link::Command command{&kSeedScript, {}, {gateway_}, {}, true};
    for (size_t i = 0; i < count; ++i) {
        if (counters[i].kind != SLUICE_COUNTER_SUM) continue;
        command.keys.push_back(key(counters[i]));
        command.arguments.push_back(std::to_string(counters[i].amount));
        command.arguments.push_back(std::to_string(counters[i].ends_ms));
    }
    if (!command.keys.empty() && link_.up()) (void)link_.send(std::move(command), true);
}

sluice_status Shared::read(sluice_counter* counters, size_t count) {
    struct Answer {
        std::mutex mutex;
        std::condition_variable ready;
        bool done = false;
        std::vector<int64_t> figures;
    };
    const auto answer = std::make_shared<Answer>();
    Link::Command command{&kReadScript, {}, {gateway_}, {}, false};
    for (size_t i = 0; i < count; ++i) {
        command.keys.push_back(key(counters[i]));
        command.arguments.push_back(letter(counters[i].kind));
        command.arguments.push_back(std::to_string(counters[i].span_ms));
    }
    command.done = [answer](const redisReply* reply) {
        const std::lock_guard lock(answer->mutex);
        answer->done = true;
        for (size_t i = 0; isList(reply, 1) && i < reply->elements; ++i)
            answer->figures.push_back(numberIn(reply->element[i]));
        answer->ready.notify_all();
    };
    if (!link_.send(std::move(command), false)) return SLUICE_E_UNAVAILABLE;
    std::unique_lock lock(answer->mutex);
    answer->ready.wait_for(lock, std::chrono::milliseconds(kReadMs), [&] { return answer->done; });
    if (answer->figures.size() < 2 * count) return SLUICE_E_UNAVAILABLE;
    for (size_t i = 0; i < count; ++i) {
        counters[i].used = answer->figures[2 * i];
        counters[i].reset_ms = answer->figures[2 * i + 1];
    }
    return SLUICE_OK;
}

void Shared::heartbeat() {
    mine_.sweep(nowMs());
    Link::Command command{&kHelloScript,
                          {options_.prefix + ":{limits}:gateways"},
                          {gateway_, std::to_string(kAliveMs)},
                          {},
                          false};
    command.done = [this](const redisReply* reply) {
        if (reply && reply->type == REDIS_REPLY_INTEGER) gateways_ = reply->integer;
    };
    (void)link_.send(std::move(command), false);
}

}  // namespace counters_redis
