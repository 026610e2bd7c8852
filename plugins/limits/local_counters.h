// sluice.counters/1 in the memory of this process: of all generations, so that a reload forgets nothing.
#pragma once

#include <sluice/counters.h>

#include "counters/memory.h"

namespace limits {

/// Its functions need no `self`.
const sluice_counters& localCounters();
/// The same functions, with hints: counters/memory.h. [any]
sluice_status takeLocally(sluice_counter* counters, size_t count, size_t* which, int64_t now_ms,
                          counters::Memory::Hint* const* hints);
void settleLocally(const sluice_counter* counters, size_t count, counters::Memory::Hint* const* hints);
/// Forgets what has ended. [any]
void sweepLocalCounters();

}  // namespace limits
