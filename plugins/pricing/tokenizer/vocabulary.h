// The tokens of an encoding by their bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace pricing {

inline constexpr uint32_t kNoRank = UINT32_MAX;

class Vocabulary {
public:
    /// The bytes of a .bin, see make_vocabulary.py; they must outlive it. Null if they are none.
    static std::unique_ptr<Vocabulary> open(std::string_view bytes);

    /// The rank of a token, which is its number; kNoRank if there is none. `piece` is not empty.
    uint32_t rankOf(std::string_view piece) const;
    uint32_t rankOfByte(unsigned char byte) const { return byte_ranks_[byte]; }
    uint32_t rankOfPair(unsigned char a, unsigned char b) const { return pair_ranks_[a * 256u + b]; }
    size_t longest() const { return longest_; }

private:
    struct Slot {
        uint32_t hash;  // its upper half, so that most others are told apart without a look at their bytes
        uint32_t rank = kNoRank;
    };

    Vocabulary() = default;
    bool read(std::string_view bytes);
    void insert(uint32_t rank);
    std::string_view token(uint32_t rank) const {
        return bytes_.substr(offsets_[rank], offsets_[rank + 1] - offsets_[rank]);
    }

    std::string_view bytes_;
    std::vector<uint32_t> offsets_;  // one more than there are tokens
    std::vector<Slot> slots_;        // a power of two, at most half full
    std::vector<uint32_t> byte_ranks_, pair_ranks_;
    size_t longest_ = 0;
};

}  // namespace pricing
