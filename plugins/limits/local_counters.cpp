#include "local_counters.h"

#include <chrono>

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
            return takeLocally(all, count, which, nowMs(), nullptr);
        },
        [](sluice_instance*, const sluice_counter* all, size_t count) { settleLocally(all, count, nullptr); },
        [](sluice_instance*, const sluice_counter* all, size_t count) { memory().seed(all, count, nowMs()); },
        [](sluice_instance*, sluice_counter* all, size_t count) -> sluice_status {
            memory().read(all, count, nowMs());
            return SLUICE_OK;
        }};
    return table;
}

sluice_status takeLocally(sluice_counter* counters, size_t count, size_t* which, int64_t now_ms,
                          counters::Memory::Hint* const* hints) {
    return memory().take(counters, count, which, now_ms, hints);
}

void settleLocally(const sluice_counter* counters, size_t count, counters::Memory::Hint* const* hints) {
    memory().settle(counters, count, nowMs(), hints);
}

void sweepLocalCounters() { memory().sweep(nowMs()); }

}  // namespace limits
