// Asking for memory before it is needed: what is looked at once in 20 ms has left the caches meanwhile, and
// waiting for one piece after the other costs more than all that is done with them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::base {

/// The next `bytes` from there are read soon. Costs little if they are near already; the address may be any.
inline void prefetch(const void* from, size_t bytes = 1) {
    constexpr size_t kLine = 64;
    const auto begin = reinterpret_cast<uintptr_t>(from);
    for (size_t at = 0; at < bytes; at += kLine)
        __builtin_prefetch(reinterpret_cast<const void*>(begin + at));
}

/// The same for what is changed: fetched at once as this core's alone, also from a core that it was on
/// before.
inline void prefetchToChange(const void* from, size_t bytes = 1) {
    constexpr size_t kLine = 64;
    const auto begin = reinterpret_cast<uintptr_t>(from);
    for (size_t at = 0; at < bytes; at += kLine) {
#if defined(__x86_64__)
        // The compiler knows it only for newer processors than it builds for; older ones skip it.
        asm volatile("prefetchw (%0)" : : "r"(begin + at));
#else
        __builtin_prefetch(reinterpret_cast<const void*>(begin + at), 1);
#endif
    }
}

/// Reads a value before it is needed, where only a function knows its address.
inline void readEarly(uint64_t value) { asm volatile("" : : "r"(value)); }

}  // namespace sluice::base
