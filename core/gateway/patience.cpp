#include "gateway/patience.h"

#include <algorithm>

namespace sluice::gateway {

using base::Code;

namespace {

// An answer that comes at once needs no probe; the upstream of a client that has left is closed within 100
// ms.
constexpr auto kProbeAfter = base::milliseconds(25);

}  // namespace

base::TimePoint Patience::nextLook(base::TimePoint deadline) {
    const auto now = base::Clock::now();
    if (interval_.count() > 0) next_sign_ = now + interval_;
    if (client_.finished() && !probed_ && probe_at_ == base::kNever) probe_at_ = now + kProbeAfter;
    return std::min({deadline, next_sign_, probe_at_});
}

bool Patience::goOn(base::Error& error, base::TimePoint deadline) {
    if (error.code == Code::Cancelled) {
        base::Fiber::current()->clearInterrupt();
        return !over();
    }
    const auto now = base::Clock::now();
    if (error.code != Code::DeadlineExceeded || now >= deadline) return false;
    const bool probe = now >= probe_at_;
    if (probe) {
        probed_ = true;
        probe_at_ = base::kNever;
    }
    if (auto sent = sign_(probe); !sent) {
        error = base::clientError(Code::Cancelled, "the client has left");
        return false;
    }
    return true;
}

}  // namespace sluice::gateway
