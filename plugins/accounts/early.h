// Asking for memory before it is needed: among a hundred thousand keys, what belongs to one is in no cache,
// and its pieces come in the time of one if all are asked for at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace accounts {

/// The next `bytes` from there are read soon. Costs little if they are near already; the address may be any.
inline void fetchEarly(const void* from, size_t bytes) {
    constexpr uintptr_t kLine = 64;
    const auto begin = reinterpret_cast<uintptr_t>(from);
    for (uintptr_t line = begin & ~(kLine - 1); line < begin + bytes; line += kLine)
        __builtin_prefetch(reinterpret_cast<const void*>(line));
}

inline void fetchEarly(const std::string& text) { fetchEarly(text.data(), text.size()); }

inline void fetchEarly(const std::vector<std::string>& texts) {
    fetchEarly(texts.data(), texts.size() * sizeof(std::string));
}

}  // namespace accounts
