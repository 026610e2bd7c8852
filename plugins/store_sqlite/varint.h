// Whole numbers as LEB128: seven bits a byte, the low ones first.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include "store_common/sums.h"

namespace store_sqlite {

inline void appendNumber(std::string& bytes, int64_t value) {
    auto rest = static_cast<uint64_t>(value);
    for (; rest >= 0x80; rest >>= 7) bytes += static_cast<char>(rest | 0x80);
    bytes += static_cast<char>(rest);
}

/// False at the end of the bytes, and for what is longer than 64 bits.
inline bool numberFrom(const char*& at, const char* end, int64_t& value) {
    uint64_t all = 0;
    for (int shift = 0; at != end && shift < 64; shift += 7) {
        const auto byte = static_cast<unsigned char>(*at++);
        all |= static_cast<uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80) {
            value = static_cast<int64_t>(all);
            return true;
        }
    }
    return false;
}

/// The ten sums, in the order of kSumColumns.
inline void appendSums(std::string& bytes, const store_common::Sums& s) {
    for (const int64_t each : {s.requests, s.successes, s.failures, s.unpriced, s.prompt, s.completion,
                               s.cached, s.cache_write, s.reasoning, s.cost})
        appendNumber(bytes, each);
}

inline bool sumsFrom(const char*& at, const char* end, store_common::Sums& s) {
    for (int64_t* each : {&s.requests, &s.successes, &s.failures, &s.unpriced, &s.prompt, &s.completion,
                          &s.cached, &s.cache_write, &s.reasoning, &s.cost}) {
        if (!numberFrom(at, end, *each)) return false;
    }
    return true;
}

/// The same without reading them: eight bytes at once, in which the last byte of a number has no high bit.
inline bool skipSums(const char*& at, const char* end) {
    constexpr uint64_t kHigh = 0x8080808080808080u;
    int left = 10;
    while (end - at >= 8) {
        uint64_t bytes = 0;
        std::memcpy(&bytes, at, sizeof bytes);
        const int ends = __builtin_popcountll(~bytes & kHigh);
        if (ends >= left) break;
        left -= ends;
        at += 8;
    }
    while (at != end) {
        if (static_cast<unsigned char>(*at++) < 0x80 && --left == 0) return true;
    }
    return false;
}

}  // namespace store_sqlite
