// Time on the processor: bounds hold on a machine that is busy with something else.
#pragma once

#include <ctime>

namespace guard_content_test {

inline double cpuMilliseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

}  // namespace guard_content_test
