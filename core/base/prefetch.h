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

}  // namespace sluice::base
