#include "encoding.h"

#include <algorithm>
#include <functional>

#include "vocabulary_data.h"

namespace pricing {
namespace {

constexpr size_t kShort = 64;          // to here a row of pairs is faster than a heap
constexpr size_t kPieceMax = 1 << 20;  // bytes; a merge takes some thirty times that

std::unique_ptr<const Encoding> make(const char* name, NextPiece next) {
    auto vocabulary = Vocabulary::open(vocabularyBytes(name));
    return vocabulary ? std::make_unique<const Encoding>(std::move(vocabulary), next) : nullptr;
}

}  // namespace

const Encoding* Encoding::named(std::string_view name) {
    if (name == "cl100k_base") {
        static const auto made = make("cl100k_base", nextCl100k);
        return made.get();
    }
    if (name == "o200k_base") {
        static const auto made = make("o200k_base", nextO200k);
        return made.get();
    }
    return nullptr;
}

// The parts of the piece, and for each the rank of what it makes with the one behind it: the lowest is merged
// until none is left.
template <class Take>
void Encoding::mergeShort(std::string_view piece, Take&& take) const {
    uint8_t start[kShort + 1];
    uint32_t rank[kShort + 1];
    size_t parts = piece.size();
    for (size_t i = 0; i <= parts; ++i) start[i] = static_cast<uint8_t>(i);
    const auto rankAt = [&](size_t i) {
        if (i + 2 > parts) return kNoRank;
        return vocabulary_->rankOf(piece.substr(start[i], start[i + 2] - start[i]));
    };
    for (size_t i = 0; i < parts; ++i) rank[i] = rankAt(i);
    for (;;) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < parts; ++i) best = rank[i] < rank[best] ? i : best;
        if (parts < 2 || rank[best] == kNoRank) break;
        std::copy(start + best + 2, start + parts + 1, start + best + 1);
        std::copy(rank + best + 2, rank + parts, rank + best + 1);
        --parts;
        rank[best] = rankAt(best);
        if (best > 0) rank[best - 1] = rankAt(best - 1);
    }
    for (size_t i = 0; i < parts; ++i)
        take(vocabulary_->rankOf(piece.substr(start[i], start[i + 1] - start[i])));
}

// The same with a heap of pairs: n log n. What is in the heap may be out of date: then its rank is another
// one.
template <class Take>
void Encoding::mergeLong(std::string_view piece, Take&& take) const {
    const auto size = static_cast<uint32_t>(piece.size());
    std::vector<uint32_t> next(size + 1), before(size + 1), rank(size + 1, kNoRank);
    for (uint32_t i = 0; i <= size; ++i) {
        next[i] = i + 1;
        before[i] = i - 1;
    }
    std::vector<uint64_t> heap;  // rank, then position: of equal ones the first
    const auto look = [&](uint32_t at) {
        const uint32_t middle = next[at];
        rank[at] = middle < size ? vocabulary_->rankOf(piece.substr(at, next[middle] - at)) : kNoRank;
        if (rank[at] != kNoRank) heap.push_back(static_cast<uint64_t>(rank[at]) << 32 | at);
        return rank[at] != kNoRank;
    };
    const auto later = std::greater<>();
    for (uint32_t i = 0; i < size; ++i) (void)look(i);
    std::make_heap(heap.begin(), heap.end(), later);
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), later);
        const auto at = static_cast<uint32_t>(heap.back());
        const auto wanted = static_cast<uint32_t>(heap.back() >> 32);
        heap.pop_back();
        if (rank[at] != wanted) continue;
        const uint32_t gone = next[at];
        rank[gone] = kNoRank;
        next[at] = next[gone];
        before[next[at]] = at;
        if (look(at)) std::push_heap(heap.begin(), heap.end(), later);
        if (at > 0 && look(before[at])) std::push_heap(heap.begin(), heap.end(), later);
    }
    for (uint32_t at = 0; at < size; at = next[at])
        take(vocabulary_->rankOf(piece.substr(at, next[at] - at)));
}

template <class Take>
void Encoding::eachToken(std::string_view text, Take&& take) const {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        const char* const piece_end = next_(at, end);
        while (at < piece_end) {
            const std::string_view piece(at,
                                         std::min<size_t>(static_cast<size_t>(piece_end - at), kPieceMax));
            at += piece.size();
            const uint32_t whole = vocabulary_->rankOf(piece);
            if (whole != kNoRank) {
                take(whole);
            } else if (piece.size() <= kShort) {
                mergeShort(piece, take);
            } else {
                mergeLong(piece, take);
            }
        }
    }
}

size_t Encoding::count(std::string_view text) const {
    size_t tokens = 0;
    eachToken(text, [&tokens](uint32_t) { ++tokens; });
    return tokens;
}

std::vector<uint32_t> Encoding::encode(std::string_view text) const {
    std::vector<uint32_t> tokens;
    tokens.reserve(text.size() / 4);
    eachToken(text, [&tokens](uint32_t rank) { tokens.push_back(rank); });
    return tokens;
}

}  // namespace pricing
