// A hash of keys: 64 bits, with a seed that is drawn when the process begins, so that nobody can choose keys
// that meet. Multiplications to 128 bits, folded (the idea of wyhash and MUM). Only in memory, never written
// anywhere.
#pragma once

#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>

namespace cache_memory {

inline uint64_t folded(uint64_t a, uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t hashOf(std::string_view key) {
    static const uint64_t kSeed = uint64_t{std::random_device{}()} << 32 | std::random_device{}();
    constexpr uint64_t kOdd = 0x9E3779B97F4A7C15, kOther = 0xD6E8FEB86659FD93;
    uint64_t hash = kSeed ^ folded(key.size() ^ kOther, kOdd);
    const char* at = key.data();
    size_t left = key.size();
    for (; left >= 8; left -= 8, at += 8) {
        uint64_t word = 0;
        std::memcpy(&word, at, 8);
        hash = folded(hash ^ word, kOdd ^ kSeed);
    }
    uint64_t word = 0;
    if (left > 0) std::memcpy(&word, at, left);
    return folded(hash ^ word ^ kOther, kOdd);
}

}  // namespace cache_memory
