// sluice.counters/1 in the memory of this process: of all generations, so that a reload forgets nothing.
#pragma once

#include <sluice/counters.h>

namespace limits {

/// Its functions need no `self`.
const sluice_counters& localCounters();
/// Forgets what has ended. [any]
void sweepLocalCounters();

}  // namespace limits
