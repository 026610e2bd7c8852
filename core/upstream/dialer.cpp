#include "upstream/dialer.h"

#include <algorithm>
#include <memory>

#include <Poco/Exception.h>

namespace sluice::upstream {

using base::Clock;
using base::Fiber;
using base::Wake;
using http::Io;
using Addresses = std::vector<Poco::Net::SocketAddress>;

namespace {

Dialed dialOne(base::Loop& loop, const Poco::Net::SocketAddress& address, base::TimePoint deadline) {
    // Owned by an AutoPtr until a transport takes it over.
    auto socket = Poco::makeAuto<FiberSocketImpl>(loop, address.family());
    const Io io = socket->connectTo(address, deadline);
    if (io != Io::Ok) socket = nullptr;
    return {std::move(socket), io};
}

// Shared by whoever waits and one fiber for each address, which may outlive the wait by a moment.
struct Race {
    Dialed result;
    std::vector<Fiber*> running;
    Fiber* waiting = nullptr;
    size_t failed = 0;
    bool over = false;
};

void run(const std::shared_ptr<Race>& race, base::Loop& loop, const Poco::Net::SocketAddress& address,
         base::TimePoint deadline) {
    Dialed one;
    if (!race->over) {
        try {
            one = dialOne(loop, address, deadline);
        } catch (const Poco::Exception&) {
            // No socket of this family: as good as no answer.
        }
    }
    std::erase(race->running, Fiber::current());
    if (race->over) return;
    ++race->failed;
    if (one.socket) race->over = true;
    race->result = std::move(one);
    race->waiting->wake();
}

void start(const std::shared_ptr<Race>& race, base::Loop& loop, const Poco::Net::SocketAddress& address,
           base::TimePoint deadline) {
    race->running.push_back(
        &loop.spawn([race, &loop, address, deadline] { run(race, loop, address, deadline); }));
}

}  // namespace

Addresses interleaved(const Addresses& addresses) {
    if (addresses.empty()) return {};
    Addresses first, other, out;
    for (const auto& address : addresses)
        (address.family() == addresses.front().family() ? first : other).push_back(address);
    for (size_t i = 0; i < std::max(first.size(), other.size()); ++i) {
        if (i < first.size()) out.push_back(first[i]);
        if (i < other.size()) out.push_back(other[i]);
    }
    return out;
}

Dialed dial(base::Loop& loop, const Addresses& addresses, base::TimePoint deadline) {
    if (addresses.size() == 1) return dialOne(loop, addresses.front(), deadline);
    const Addresses order = interleaved(addresses);
    const auto race = std::make_shared<Race>();
    race->waiting = Fiber::current();
    size_t started = 0;
    Wake wake = Wake::Ready;
    while (!race->over && race->failed < order.size() && wake != Wake::Interrupted &&
           Clock::now() < deadline) {
        if (started < order.size() && (wake == Wake::Timeout || race->failed == started))
            start(race, loop, order[started++], deadline);
        const bool more = started < order.size();
        wake = Fiber::park(more ? std::min(deadline, base::TimePoint(Clock::now() + kConnectStagger))
                                : deadline);
    }
    const bool won = race->over;
    race->over = true;
    const auto losers = race->running;
    for (Fiber* loser : losers) loser->interrupt();
    if (won) return std::move(race->result);
    if (wake == Wake::Interrupted) return {nullptr, Io::Interrupted};
    return {nullptr, race->failed == order.size() ? Io::Failed : Io::Timeout};
}

}  // namespace sluice::upstream
