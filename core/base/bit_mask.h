// A set of small numbers. Up to 256 of them it needs no memory of its own.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::base {

class BitMask {
public:
    /// None of `size` numbers is in it, or all.
    BitMask(size_t size, bool all) : size_(size) {
        if (words() > few_.size()) many_.resize(words());
        fill(all);
    }

    size_t size() const { return size_; }
    bool has(size_t i) const { return i < size_ && (word(i / 64) >> (i % 64) & 1) != 0; }
    void add(size_t i) { word(i / 64) |= uint64_t{1} << (i % 64); }
    void remove(size_t i) { word(i / 64) &= ~(uint64_t{1} << (i % 64)); }
    void fill(bool all) {
        for (size_t w = 0; w < words(); ++w) word(w) = all ? ~uint64_t{0} : 0;
        if (all && size_ % 64 != 0) word(words() - 1) = (uint64_t{1} << (size_ % 64)) - 1;
    }
    size_t count() const {
        size_t sum = 0;
        for (size_t w = 0; w < words(); ++w) sum += static_cast<size_t>(std::popcount(word(w)));
        return sum;
    }
    bool empty() const { return next(0) == size_; }
    /// The first one from `from` on; size() if there is none.
    size_t next(size_t from) const {
        if (from >= size_) return size_;
        uint64_t bits = word(from / 64) >> (from % 64) << (from % 64);
        for (size_t w = from / 64;; bits = word(w)) {
            if (bits != 0) return w * 64 + static_cast<size_t>(std::countr_zero(bits));
            if (++w == words()) return size_;
        }
    }
    /// What is in both; in this one and not in the other. Of the same size.
    void keep(const BitMask& other) { keep(other.data()); }
    void keep(const uint64_t* bits) {
        for (size_t w = 0; w < words(); ++w) word(w) &= bits[w];
    }
    void drop(const BitMask& other) {
        for (size_t w = 0; w < words(); ++w) word(w) &= ~other.word(w);
    }
    /// Bit i % 64 of word i / 64.
    const uint64_t* data() const { return many_.empty() ? few_.data() : many_.data(); }

private:
    size_t words() const { return (size_ + 63) / 64; }
    uint64_t& word(size_t w) { return many_.empty() ? few_[w] : many_[w]; }
    uint64_t word(size_t w) const { return many_.empty() ? few_[w] : many_[w]; }

    size_t size_;
    std::array<uint64_t, 4> few_{};
    std::vector<uint64_t> many_;
};

}  // namespace sluice::base
