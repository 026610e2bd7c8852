// A hash of bytes, and one of two hashes: multiply to 128 bits and fold, as wyhash does
// (github.com/wangyi-fudan/wyhash). The same on every gateway of a fleet, and from release to release: a
// change moves every session to a deployment with a cold cache.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace router_affinity {

__extension__ using Wide = unsigned __int128;

constexpr uint64_t kOdd1 = 0xa0761d6478bd642fu;
constexpr uint64_t kOdd2 = 0xe7037ed1a0b428dbu;

inline uint64_t fold(uint64_t a, uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t hashOf(uint64_t a, uint64_t b) { return fold(fold(a ^ kOdd1, b ^ kOdd2) ^ a, kOdd2 ^ b); }

inline uint64_t hashOf(std::string_view bytes, uint64_t seed) {
    uint64_t hash = seed ^ kOdd1;
    for (size_t i = 0; i < bytes.size(); i += 8) {
        uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, bytes.size() - i < 8 ? bytes.size() - i : 8);
        hash = fold(hash ^ kOdd2, word ^ kOdd1);
    }
    return fold(hash ^ bytes.size(), kOdd2);  // the size, since the last word is filled up with zeros
}

}  // namespace router_affinity
