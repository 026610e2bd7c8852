// Waiting for an upstream on behalf of a client: within the deadline, as long as the client is there, and
// with a sign of life to it now and then.
#pragma once

#include <functional>

#include "base/clock.h"
#include "base/status.h"
#include "gateway/client.h"

namespace sluice::gateway {

class Patience {
public:
    /// `stopping`: true once the request must end for another reason (a block, the shutdown). `sign`: writes
    /// the sign of life; called each interval of silence, and with `probe` once soon after the client sent
    /// FIN, to find out whether it still reads.
    Patience(Client& client, std::function<bool()> stopping, std::function<base::Status(bool probe)> sign)
        : client_(client), stopping_(std::move(stopping)), sign_(std::move(sign)) {}

    /// 0 = no signs of life but probes.
    void setInterval(base::milliseconds interval) { interval_ = interval; }

    /// Calls `wait(deadline)` until it gives something else than a timeout or an interrupt that can be lived
    /// with.
    template <class Wait>
    auto operator()(base::TimePoint deadline, Wait&& wait) -> decltype(wait(deadline)) {
        const Listening listening(client_);
        for (;;) {
            auto got = wait(nextLook(deadline));
            if (got || !goOn(got.error(), deadline)) return got;
        }
    }

    /// The client is gone, or the request has to stop.
    bool over() const { return client_.gone() || stopping_(); }

private:
    // A FIN matters only while we wait for the upstream; a plugin's own waits are not disturbed by it.
    class Listening {
    public:
        explicit Listening(Client& client) : client_(client) { client_.interruptOnFinish(true); }
        ~Listening() { client_.interruptOnFinish(false); }

    private:
        Client& client_;
    };

    base::TimePoint nextLook(base::TimePoint deadline);
    bool goOn(base::Error& error, base::TimePoint deadline);

    Client& client_;
    std::function<bool()> stopping_;
    std::function<base::Status(bool)> sign_;
    base::milliseconds interval_{0};
    base::TimePoint next_sign_ = base::kNever;
    base::TimePoint probe_at_ = base::kNever;
    bool probed_ = false;
};

}  // namespace sluice::gateway
