#include "engine.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace cache_redis {
namespace {

constexpr int64_t kPatienceMs = 5000, kAgainMs = 50, kAwayAskMs = 200, kMovedAskMs = 50;
constexpr int64_t kGapMs = 100, kUnusedMs = 5000;
constexpr int kTriesMost = 16, kBusyPollMs = 10, kWaitPollMs = 50, kIdlePollMs = 200;

// It would take the command in a while, or somebody else does.
bool passes(const std::string& code) {
    for (const char* one : {"TRYAGAIN", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "READONLY"}) {
        if (code == one) return true;
    }
    return false;
}

}  // namespace

Engine::Engine(Options options, Events events)
    : options_(std::move(options)),
      events_(std::move(events)),
      tls_(options_.tls.on ? std::make_unique<TlsContext>(options_.tls) : nullptr),
      bell_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      guide_(std::make_unique<Guide>(options_, events_.complaint)),
      resolver_(std::make_unique<Resolver>([this] { wake(); })),
      thread_([this] { run(); }) {}

Engine::~Engine() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake();
    thread_.join();
    resolver_.reset();
    close(bell_);
}

void Engine::wake() const {
    const uint64_t one = 1;
    (void)!write(bell_, &one, sizeof one);
}

void Engine::submit(std::vector<JobPtr> jobs) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        first = inbox_.empty();
        for (auto& job : jobs) inbox_.push_back(std::move(job));
    }
    if (first) wake();
}

std::vector<Place> Engine::masters(uint32_t wait_ms) {
    std::unique_lock lock(mutex_);
    known_.wait_for(lock, std::chrono::milliseconds(wait_ms),
                    [this] { return !masters_.empty() || ending_; });
    return masters_;
}

Node& Engine::nodeAt(const Place& place, bool sentinel) {
    auto& node = nodes_[(sentinel ? "s " : "r ") + place.text()];
    if (node) return *node;
    Wire::Settings settings;
    settings.place = place;
    settings.login = sentinel ? options_.sentinel_login : options_.login;
    settings.database = sentinel ? 0 : options_.database;
    settings.only_master = !sentinel && options_.mode == Mode::Sentinel;
    settings.tls = tls_.get();
    settings.timeout_ms = options_.timeout_ms;
    node = std::make_unique<Node>(settings, sentinel, *resolver_, *this);
    return *node;
}

void Engine::end(JobPtr job, End how) {
    if (job->done) job->done(how, job->replies);
}

void Engine::again(JobPtr job, int64_t pause_ms) {
    job->again_ms = clockMs() + pause_ms;
    later_.push_back(std::move(job));
}

void Engine::route(JobPtr job, int64_t now_ms) {
    if (job->since_ms == 0) job->since_ms = now_ms;
    if (job->slot < 0) {
        Node& node = nodeAt(job->place, job->sentinel);
        return node.give(std::move(job), now_ms);
    }
    if (const Place* owner = map_.owner(static_cast<uint16_t>(job->slot))) {
        Node& node = nodeAt(*owner, false);
        return node.give(std::move(job), now_ms);
    }
    // Nobody has it; or nobody has been asked yet.
    const bool hopeless = !job->patient && (!map_.empty() || guide_->lost());
    const int64_t limit = job->patient ? kPatienceMs : options_.timeout_ms;
    if (hopeless || now_ms - job->since_ms > limit) return end(std::move(job), End::Away);
    guide_->soon(now_ms, kAwayAskMs);
    homeless_.push_back(std::move(job));
}

void Engine::jobLost(JobPtr job, End how) {
    const int64_t now = clockMs();
    const bool tired = now - job->since_ms > kPatienceMs;
    if (job->expires_ms != 0 && now >= job->expires_ms) how = End::Late;
    if (ended_ || how == End::Late || !job->patient || tired) return end(std::move(job), how);
    job->asking = false;
    again(std::move(job), kAgainMs);
}

// True if the job goes on elsewhere, or has ended.
bool Engine::redirected(Node& node, JobPtr& job, const redisReply& error) {
    const int64_t now = clockMs();
    const auto redirect = Redirect::parse(textOf(&error), node.place().host);
    const std::string code = codeOf(&error);
    const bool cluster = options_.mode == Mode::Cluster;
    const bool elsewhere = cluster && redirect.kind != Redirect::Kind::None;
    if (!elsewhere && !passes(code)) return false;
    const bool tired =
        elsewhere || !job->patient ? ++job->tries > kTriesMost : now - job->since_ms > kPatienceMs;
    if (tired) {
        end(std::move(job), End::Away);
        return true;
    }
    if (elsewhere && redirect.kind == Redirect::Kind::Ask) {
        events_.redirected("ask");
        job->asking = true;
        nodeAt(redirect.to, false).give(std::move(job), now);
        return true;
    }
    job->asking = false;
    guide_->soon(now, kMovedAskMs);
    if (elsewhere) {
        events_.redirected("moved");
        map_.move(redirect.slot, redirect.to);
        route(std::move(job), now);
        return true;
    }
    events_.redirected("again");
    // Somebody waits: a moment only for what passes in a moment.
    if (job->patient || code == "TRYAGAIN") {
        again(std::move(job), kAgainMs);
    } else {
        end(std::move(job), End::Away);
    }
    return true;
}

void Engine::jobAnswered(Node& node, JobPtr job) {
    if (job->slot >= 0) {
        for (const auto& reply : job->replies) {
            if (isError(reply.get()) && redirected(node, job, *reply)) return;
        }
    }
    end(std::move(job), End::Answered);
}

void Engine::nodeChanged(Node& node, bool up, const std::string& why) {
    if (!up) guide_->soon(clockMs(), kAwayAskMs);
    events_.changed(node, up, why);
}

void Engine::takeIn(int64_t now_ms) {
    std::vector<JobPtr> jobs;
    {
        const std::lock_guard lock(mutex_);
        jobs.swap(inbox_);
        ended_ = ending_;
    }
    std::vector<JobPtr> homeless, due;
    homeless.swap(homeless_);
    for (auto& job : later_) {
        if (job->again_ms <= now_ms) due.push_back(std::move(job));
    }
    later_.erase(std::remove(later_.begin(), later_.end(), nullptr), later_.end());
    for (auto& job : homeless) route(std::move(job), now_ms);
    for (auto& job : due) route(std::move(job), now_ms);
    for (auto& job : jobs) route(std::move(job), now_ms);
}

void Engine::guide(int64_t now_ms) {
    std::vector<Place> up;
    for (const auto& place : map_.places()) {
        const auto found = nodes_.find("r " + place.text());
        if (found == nodes_.end()) continue;
        if (found->second->up()) up.push_back(place);
        if (found->second->away()) guide_->soon(now_ms, kAwayAskMs);
    }
    if (auto map = guide_->found()) map_ = std::move(*map);
    if (auto job = guide_->question(now_ms, up, map_.places())) route(std::move(job), now_ms);
}

void Engine::tick(int64_t now_ms) {
    for (const auto& place : map_.places()) (void)nodeAt(place, false);
    const int64_t gap = ticked_ms_ == 0 ? 0 : now_ms - ticked_ms_ - kIdlePollMs;
    ticked_ms_ = now_ms;
    for (auto& [name, node] : nodes_) {
        if (gap > kGapMs) node->excuse(gap);  // this machine was busy or asleep
        node->tick(now_ms, hasKeys(*node));
        node->flush(now_ms);
    }
}

// Those of an older map, and startup nodes, once nobody asks them any more.
void Engine::prune(int64_t now_ms) {
    if (map_.empty()) return;
    for (auto one = nodes_.begin(); one != nodes_.end();) {
        const Node& node = *one->second;
        const bool of_no_use =
            !node.sentinel() && !map_.has(node.place()) && node.idle() && now_ms - node.usedMs() > kUnusedMs;
        one = of_no_use ? nodes_.erase(one) : std::next(one);
    }
}

void Engine::publish() {
    bool away = map_.empty() ? guide_->lost() : true;
    for (const auto& place : map_.places()) {
        const auto found = nodes_.find("r " + place.text());
        if (found == nodes_.end() || !found->second->away()) away = false;
    }
    away_.store(away, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    if (masters_ == map_.places()) return;
    masters_ = map_.places();
    known_.notify_all();
}

// Until there is something to do without anything from the network.
int Engine::pollMs() const {
    if (!later_.empty() || !homeless_.empty()) return kBusyPollMs;
    if (guide_->asking() || map_.empty()) return kWaitPollMs;
    const bool calm = std::all_of(nodes_.begin(), nodes_.end(), [](const auto& one) {
        return one.second->idle() && one.second->connected();
    });
    return calm ? kIdlePollMs : kWaitPollMs;
}

void Engine::wait() {
    polled_.assign(1, {bell_, POLLIN, 0});
    wires_.clear();
    for (auto& [name, node] : nodes_) {
        for (size_t lane = 0; lane < kLanes; ++lane) {
            Wire& wire = node->wire(lane);
            if (wire.fd() < 0) continue;
            polled_.push_back({wire.fd(), wire.events(), 0});
            wires_.push_back(&wire);
        }
    }
    if (poll(polled_.data(), polled_.size(), pollMs()) <= 0) return;
    uint64_t rings = 0;
    if (polled_[0].revents != 0) (void)!read(bell_, &rings, sizeof rings);
    const int64_t now = clockMs();
    for (size_t i = 1; i < polled_.size(); ++i) {
        // One that came before may have closed it; none is destroyed in here.
        if (polled_[i].revents != 0 && wires_[i - 1]->fd() == polled_[i].fd)
            wires_[i - 1]->ready(polled_[i].revents, now);
    }
}

void Engine::run() {
    for (;;) {
        const int64_t now = clockMs();
        takeIn(now);
        if (ended_) break;
        guide(now);
        tick(now);
        prune(now);
        publish();
        wait();
    }
    for (auto& [name, node] : nodes_) node->abandon(End::Away);
    for (auto* rest : {&homeless_, &later_}) {
        for (auto& job : std::exchange(*rest, {})) end(std::move(job), End::Away);
    }
    nodes_.clear();
}

}  // namespace cache_redis
