#include "flights.h"

namespace cache {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kShown = std::chrono::milliseconds(250);  // longer than a put needs to arrive
constexpr size_t kShownBytesMax = 4 << 20;               // of one shard

}  // namespace

Flights::Flights(sluice::Host host) : host_(host), wait_(host.find<sluice_host_wait>(SLUICE_HOST_WAIT_ID)) {}

void Flights::sweep(Shard& s) {
    const auto now = Clock::now();
    while (!s.landed.empty() &&
           (s.landed_bytes > kShownBytesMax || now - s.landed.front()->ended_ > kShown)) {
        const auto& oldest = s.landed.front();
        s.landed_bytes -= oldest->answer_->size();
        const auto found = s.flights.find(oldest->key_);
        if (found != s.flights.end() && found->second == oldest) s.flights.erase(found);
        s.landed.pop_front();
    }
}

Flights::Place Flights::join(const std::string& key) {
    Shard& s = shard(key);
    const std::lock_guard lock(s.mutex);
    sweep(s);
    auto& slot = s.flights[key];
    if (slot) return {slot, false};
    slot = std::make_shared<Flight>(*this, key);
    return {slot, true};
}

void Flights::forget() {
    for (Shard& s : shards_) {
        const std::lock_guard lock(s.mutex);
        for (const auto& flight : s.landed) {
            const auto found = s.flights.find(flight->key_);
            if (found != s.flights.end() && found->second == flight) s.flights.erase(found);
        }
        s.landed.clear();
        s.landed_bytes = 0;
    }
}

bool Flights::wait(sluice_ctx* ctx, Flight& flight, uint32_t ms) {
    if (!wait_) return false;
    const uint64_t ticket = wait_->open(ctx);
    if (ticket == 0) return false;
    {
        const std::lock_guard lock(shard(flight.key_).mutex);
        if (flight.over_) return true;
        flight.waiting_.push_back(ticket);
    }
    return wait_->wait(ctx, ticket, ms) == SLUICE_OK;
}

Ending Flights::outcome(Flight& flight, Bytes& answer) {
    const std::lock_guard lock(shard(flight.key_).mutex);
    answer = flight.answer_;
    return flight.ending_;
}

void Flights::end(const std::shared_ptr<Flight>& flight, Ending ending, Bytes answer) {
    std::vector<uint64_t> waiting;
    {
        Shard& s = shard(flight->key_);
        const std::lock_guard lock(s.mutex);
        if (flight->over_) return;
        flight->over_ = true;
        flight->ending_ = ending;
        flight->answer_ = std::move(answer);
        flight->ended_ = Clock::now();
        waiting.swap(flight->waiting_);
        if (flight->answer_) {
            s.landed_bytes += flight->answer_->size();
            s.landed.push_back(flight);
        } else if (const auto found = s.flights.find(flight->key_);
                   found != s.flights.end() && found->second == flight) {
            s.flights.erase(found);
        }
        sweep(s);
    }
    for (const uint64_t ticket : waiting) wait_->wake(host_.raw(), ticket);
}

}  // namespace cache
