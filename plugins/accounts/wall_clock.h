// The host's clock, found once instead of on every request.
#pragma once

#include <sluice/plugin.hpp>

namespace accounts {

class WallClock {
public:
    explicit WallClock(const sluice::Host& host)
        : host_(host.raw()), table_(host.find<sluice_host_clock>(SLUICE_HOST_CLOCK_ID)) {}

    /// Milliseconds since the Unix epoch; 0 on a host without a clock. [any]
    int64_t ms() const { return table_ ? table_->wall_ms(host_) : 0; }

private:
    const sluice_host* host_;
    const sluice_host_clock* table_;
};

}  // namespace accounts
