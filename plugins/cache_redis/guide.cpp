#include "guide.h"

#include <algorithm>
#include <charconv>

namespace cache_redis {
namespace {

constexpr int64_t kMapMs = 30'000, kMasterMs = 1000, kVainMs = 200, kHurryMs = 50;

}  // namespace

Guide::Guide(const Options& options, std::function<void(const std::string&)> complain)
    : options_(options), complain_(std::move(complain)) {
    if (options.mode != Mode::Single) return;
    found_ = SlotMap(options.servers.front());
    next_ms_ = INT64_MAX;
}

void Guide::soon(int64_t now_ms, int64_t pause_ms) {
    if (options_.mode == Mode::Single) return;
    if (asking_) hurry_ = true;
    next_ms_ = std::min(next_ms_, std::max(now_ms, asked_ms_ + pause_ms));
}

JobPtr Guide::question(int64_t now_ms, const std::vector<Place>& up, const std::vector<Place>& known) {
    if (asking_ || now_ms < next_ms_) return nullptr;
    std::vector<Place> all = options_.servers;
    const bool sentinel = options_.mode == Mode::Sentinel;
    if (!sentinel && !up.empty()) {
        all = up;
    } else if (!sentinel) {
        for (const auto& place : known) {
            if (std::find(all.begin(), all.end(), place) == all.end()) all.push_back(place);
        }
    }
    candidates_ = all.size();
    // The next one if the last had no answer, or its answer does not help.
    if (vain_ > 0 || up.empty() || !sentinel) ++turn_;
    const Place place = all[turn_ % all.size()];
    asking_ = true;
    hurry_ = false;
    asked_ms_ = now_ms;
    auto job = std::make_unique<Job>();
    job->place = place;
    job->sentinel = sentinel;
    if (sentinel) {
        job->commands = {{"SENTINEL", "get-master-addr-by-name", options_.service_name}};
    } else {
        job->commands = {{"CLUSTER", "SLOTS"}};
    }
    job->done = [this, place](End end, std::vector<Reply>& replies) { answered(place, end, replies); };
    return job;
}

std::optional<SlotMap> Guide::read(const Place& asked, const redisReply& reply) {
    if (options_.mode == Mode::Cluster) return SlotMap::parse(&reply, asked.host);
    if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 2) return std::nullopt;
    const auto host = textOf(reply.element[0]), port_text = textOf(reply.element[1]);
    int port = 0;
    std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
    if (host.empty() || port <= 0 || port > 65535) return std::nullopt;
    return SlotMap(Place{std::string(host), port, {}});
}

void Guide::answered(const Place& asked, End end, const std::vector<Reply>& replies) {
    const int64_t now = clockMs();
    asking_ = false;
    auto map = end == End::Answered ? read(asked, *replies.front()) : std::nullopt;
    if (map) {
        found_ = std::move(map);
        vain_ = 0;
        lost_ = complained_ = false;
        next_ms_ = now + (hurry_ ? kHurryMs : options_.mode == Mode::Cluster ? kMapMs : kMasterMs);
        return;
    }
    if (end == End::Answered && !complained_) {
        complained_ = true;
        const bool error = isError(replies.front().get());
        const std::string code = error ? " (" + codeOf(replies.front().get()) + ")" : "";
        complain_(options_.mode == Mode::Cluster
                      ? "Redis at " + asked.text() + " has no map of a cluster" + code
                      : "Redis Sentinel at " + asked.text() + " knows no master " + options_.service_name +
                            code);
    }
    lost_ = ++vain_ >= candidates_;
    next_ms_ = now + (lost_ ? kVainMs : 0);
}

std::optional<SlotMap> Guide::found() {
    auto map = std::move(found_);
    found_.reset();
    return map;
}

}  // namespace cache_redis
