// Which of 64 bytes belong to words, and which are signs that values stand behind: a bit each.
#pragma once

#include "bytes.h"

#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace secrets {

struct Masks {
    uint64_t words = 0;  // letters, digits, '_'
    uint64_t signs = 0;  // : = ~ > ( ,
};

#ifdef __SSE2__

inline Masks masksOf16(const char* at) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // A range test with signed bytes: shifted so that its upper end is 127.
    const auto within = [](__m128i v, char low, char high) {
        return _mm_cmpgt_epi8(_mm_add_epi8(v, _mm_set1_epi8(static_cast<char>(127 - high))),
                              _mm_set1_epi8(static_cast<char>(126 - (high - low))));
    };
    const auto same = [x](char c) { return _mm_cmpeq_epi8(x, _mm_set1_epi8(c)); };
    const __m128i folded = _mm_or_si128(x, _mm_set1_epi8(0x20));
    const __m128i words =
        _mm_or_si128(_mm_or_si128(within(folded, 'a', 'z'), within(x, '0', '9')), same('_'));
    const __m128i signs =
        _mm_or_si128(_mm_or_si128(_mm_or_si128(same(':'), same('=')), _mm_or_si128(same('~'), same('>'))),
                     _mm_or_si128(same('('), same(',')));
    return {static_cast<uint32_t>(_mm_movemask_epi8(words)), static_cast<uint32_t>(_mm_movemask_epi8(signs))};
}

#else

inline Masks masksOf16(const char* at) {
    Masks masks;
    for (int i = 0; i < 16; ++i) {
        const char c = at[i];
        if (is(c, kWord)) masks.words |= uint64_t{1} << i;
        if (c == ':' || c == '=' || c == '~' || c == '>' || c == '(' || c == ',')
            masks.signs |= uint64_t{1} << i;
    }
    return masks;
}

#endif

/// Of the 64 bytes at `at`.
inline Masks masksOf64(const char* at) {
    Masks all;
    for (int i = 0; i < 4; ++i) {
        const Masks part = masksOf16(at + 16 * i);
        all.words |= part.words << (16 * i);
        all.signs |= part.signs << (16 * i);
    }
    return all;
}

}  // namespace secrets
