#include "lane.h"

#include <algorithm>

namespace exporters {

TimePoint Lane::due(const Options& options) const {
    TimePoint when = TimePoint::max();
    if (!waiting.empty()) {
        when = full(options) ? waiting.front().since : waiting.front().since + options.flush;
        // While the receiver is away there is still the disk to write to.
        when = std::max(when, holds() ? spool_at : retry_at);
    }
    if (spool && !spool->empty()) when = std::min(when, retry_at);
    if (spool) when = std::min(when, adopt_at);
    return when;
}

std::vector<Waiting> Lane::take(const Options& options, bool all) {
    std::vector<Waiting> taken;
    uint64_t bytes = 0;
    while (!waiting.empty()) {
        Waiting& front = waiting.front();
        bytes += front.bytes;
        const bool fits = taken.size() < options.batch_size && bytes <= options.batch_bytes;
        if (!all && !fits && !taken.empty()) break;
        waiting_bytes -= front.bytes;
        taken.push_back(std::move(front));
        waiting.pop_front();
    }
    return taken;
}

void Lane::putBack(std::vector<Waiting> records) {
    for (auto one = records.rbegin(); one != records.rend(); ++one) {
        waiting_bytes += one->bytes;
        waiting.push_front(std::move(*one));
    }
}

}  // namespace exporters
