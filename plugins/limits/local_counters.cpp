#include "local_counters.h"

#include <chrono>

#include "counters/memory.h"

namespace limits {
namespace {

// As old as the library, which stays loaded over reloads while its file is the same.
counters::Memory& memory() {
    static counters::Memory all;
    return all;
}

int64_t nowMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

const sluice_counters& localCounters() {
    static const sluice_counters table{
        sizeof(sluice_counters),
        0,
        [](sluice_instance*, sluice_ctx*, sluice_counter* all, size_t count, size_t* which) {
            return memory().take(all, count, which, nowMs());
        },
        [](sluice_instance*, const sluice_counter* all, size_t count) {
            memory().settle(all, count, nowMs());
        },
        [](sluice_instance*, const sluice_counter* all, size_t count) { memory().seed(all, count, nowMs()); },
        [](sluice_instance*, sluice_counter* all, size_t count) -> sluice_status {
            memory().read(all, count, nowMs());
            return SLUICE_OK;
        }};
    return table;
}

void sweepLocalCounters() { memory().sweep(nowMs()); }

}  // namespace limits
