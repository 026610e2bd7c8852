// The process's allocator: jemalloc in the gateway, glibc's in tests of parts and under sanitizers.
//
// Why not glibc's everywhere: its threads keep seven free blocks of a size at hand, and a loop with dozens of
// requests under way frees and asks for many more. With accounts and limits on, that was 3 us of 30 a
// request.
#pragma once

#include <cstddef>

namespace sluice::base {

/// To be called before threads begin: memory that was freed does not stay with the process for long. jemalloc
/// has this from its settings (memory.cpp), which it reads before main().
void keepLittleMemory();

/// Something large and rare was freed: a configuration, a burst of bodies. jemalloc returns by itself what
/// nobody has used for a second, so that nothing is left to do. May take milliseconds. [any thread]
void giveMemoryBack();

/// Bytes that were asked for and not freed, in all threads. For tests. [any thread]
size_t memoryInUse();

}  // namespace sluice::base
