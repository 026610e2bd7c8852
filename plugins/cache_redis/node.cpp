#include "node.h"

#include <chrono>

namespace cache_redis {
namespace {

constexpr int64_t kCheckMs = 50;

}  // namespace

int64_t clockMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

Node::Node(const Wire::Settings& settings, bool sentinel, Resolver& resolver, Owner& owner)
    : place_(settings.place), sentinel_(sentinel), timeout_ms_(settings.timeout_ms), owner_(owner) {
    for (auto& side : lanes_) side.wire = std::make_unique<Wire>(settings, resolver, *this);
}

void Node::give(JobPtr job, int64_t now_ms) {
    Side& side = lanes_[job->lane];
    used_ms_ = now_ms;
    if (side.wire->up()) return transmit(side, std::move(job), now_ms);
    if (side.wire->away() && !job->patient) return owner_.jobLost(std::move(job), End::Away);
    side.waiting.push_back(std::move(job));
}

void Node::transmit(Side& side, JobPtr job, int64_t now_ms) {
    std::string out;
    std::vector<std::string_view> words;
    const int64_t left = job->expires_ms - now_ms;
    if (job->expires_ms != 0 && left <= 0) return owner_.jobLost(std::move(job), End::Late);
    const std::string left_text = std::to_string(left);
    job->replies.clear();
    job->skipped = 0;
    for (const auto& command : job->commands) {
        if (job->asking) encode({"ASKING"}, out);
        words.assign(command.begin(), command.end());
        if (job->expires_ms != 0) words.push_back(left_text);
        encode(words, out);
    }
    side.wire->send(out, job->commands.size() * (job->asking ? 2 : 1), now_ms);
    side.sent.push_back(std::move(job));
}

void Node::wireReply(Wire& wire, Reply reply) {
    Side& side = sideOf(wire);
    Job& job = *side.sent.front();
    if (job.asking && job.skipped == job.replies.size()) {
        ++job.skipped;
        return;
    }
    job.replies.push_back(std::move(reply));
    if (job.replies.size() < job.commands.size()) return;
    JobPtr whole = std::move(side.sent.front());
    side.sent.pop_front();
    owner_.jobAnswered(*this, std::move(whole));
}

void Node::wireUp(Wire& wire) {
    Side& side = sideOf(wire);
    std::deque<JobPtr> waiting;
    waiting.swap(side.waiting);
    const int64_t now = clockMs();
    for (auto& job : waiting) transmit(side, std::move(job), now);
    if (told_ == Told::Up || anyAway()) return;
    told_ = Told::Up;
    owner_.nodeChanged(*this, true, "");
}

void Node::wireDown(Wire& wire, const std::string& why) {
    Side& side = sideOf(wire);
    std::deque<JobPtr> lost, waiting;
    lost.swap(side.sent);
    waiting.swap(side.waiting);
    for (auto& job : lost) owner_.jobLost(std::move(job), End::Away);
    for (auto& job : waiting) {
        if (job->patient) {
            side.waiting.push_back(std::move(job));
        } else {
            owner_.jobLost(std::move(job), End::Away);
        }
    }
    if (told_ == Told::Away) return;
    told_ = Told::Away;
    owner_.nodeChanged(*this, false, why);
}

// Whoever is patient goes another way, if there is one by now.
void Node::dropOverdue(Side& side, int64_t now_ms) {
    std::deque<JobPtr> waiting;
    waiting.swap(side.waiting);
    for (auto& job : waiting) {
        if (now_ms - job->since_ms > timeout_ms_) {
            owner_.jobLost(std::move(job), End::Away);
        } else {
            side.waiting.push_back(std::move(job));
        }
    }
}

void Node::excuse(int64_t gap_ms) {
    for (auto& side : lanes_) side.wire->excuse(gap_ms);
}

void Node::tick(int64_t now_ms, bool writes) {
    lanes_[kReads].wire->tick(now_ms, true);
    lanes_[kWrites].wire->tick(now_ms, writes || !lanes_[kWrites].waiting.empty());
    if (now_ms - checked_ms_ < kCheckMs) return;
    checked_ms_ = now_ms;
    for (auto& side : lanes_) {
        if (!side.waiting.empty()) dropOverdue(side, now_ms);
    }
}

void Node::flush(int64_t now_ms) {
    for (auto& side : lanes_) side.wire->flush(now_ms);
}

void Node::abandon(End end) {
    for (auto& side : lanes_) {
        std::deque<JobPtr> all;
        all.swap(side.sent);
        for (auto& job : all) owner_.jobLost(std::move(job), end);
        all.clear();
        all.swap(side.waiting);
        for (auto& job : all) owner_.jobLost(std::move(job), end);
    }
}

bool Node::idle() const {
    for (const auto& side : lanes_) {
        if (!side.waiting.empty() || !side.sent.empty()) return false;
    }
    return true;
}

bool Node::connected() const {
    return lanes_[kReads].wire->up() && (lanes_[kWrites].wire->up() || !lanes_[kWrites].wire->away());
}

}  // namespace cache_redis
