#include "vocabulary.h"

#include <algorithm>
#include <cstring>

namespace pricing {
namespace {

// wyhash's step (public domain): the two halves of a product, one upon the other.
uint64_t mixed(uint64_t a, uint64_t b) {
    __extension__ using Product = unsigned __int128;
    const Product product = static_cast<Product>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

template <class Word>
uint64_t load(const char* at) {
    Word word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// Whoever sends texts can make pieces that collide: a chain is as long as the vocabulary at worst, and the
// tokens in it are fixed. No piece is ever inserted.
uint64_t hashOf(std::string_view piece) {
    constexpr uint64_t kA = 0xa0761d6478bd642f, kB = 0xe7037ed1a0b428db;
    const char* at = piece.data();
    size_t size = piece.size();
    uint64_t hash = kA ^ size;
    for (; size > 16; size -= 8, at += 8) hash = mixed(hash ^ load<uint64_t>(at), kB);
    uint64_t low = 0, high = 0;
    if (size >= 8) {
        low = load<uint64_t>(at);
        high = load<uint64_t>(at + size - 8);
    } else if (size >= 4) {
        low = load<uint32_t>(at);
        high = load<uint32_t>(at + size - 4);
    } else if (size > 0) {
        const auto byte = [at](size_t i) { return static_cast<uint64_t>(static_cast<unsigned char>(at[i])); };
        low = byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
    }
    return mixed(low ^ kB, high ^ hash);
}

uint32_t littleEndian(std::string_view bytes) {
    uint32_t value = 0;
    for (size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

}  // namespace

std::unique_ptr<Vocabulary> Vocabulary::open(std::string_view bytes) {
    std::unique_ptr<Vocabulary> made(new Vocabulary());
    return made->read(bytes) ? std::move(made) : nullptr;
}

bool Vocabulary::read(std::string_view bytes) {
    if (bytes.size() < 4) return false;
    const size_t count = littleEndian(bytes);
    bytes.remove_prefix(4);
    if (bytes.size() < count || count < 256) return false;
    offsets_.reserve(count + 1);
    offsets_.push_back(0);
    for (size_t i = 0; i < count; ++i) {
        const auto size = static_cast<unsigned char>(bytes[i]);
        if (size == 0) return false;
        offsets_.push_back(offsets_.back() + size);
        longest_ = std::max<size_t>(longest_, size);
    }
    bytes_ = bytes.substr(count);
    if (bytes_.size() != offsets_.back()) return false;
    size_t room = 1;
    while (room < count * 2) room *= 2;
    slots_.resize(room);
    byte_ranks_.assign(256, kNoRank);
    pair_ranks_.assign(65536, kNoRank);
    for (uint32_t rank = 0; rank < count; ++rank) insert(rank);
    return std::find(byte_ranks_.begin(), byte_ranks_.end(), kNoRank) == byte_ranks_.end();
}

void Vocabulary::insert(uint32_t rank) {
    const auto piece = token(rank);
    const auto byte = [&piece](size_t i) { return static_cast<unsigned char>(piece[i]); };
    if (piece.size() == 1) byte_ranks_[byte(0)] = rank;
    if (piece.size() == 2) pair_ranks_[byte(0) * 256u + byte(1)] = rank;
    const uint64_t hash = hashOf(piece);
    size_t at = hash & (slots_.size() - 1);
    while (slots_[at].rank != kNoRank) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {static_cast<uint32_t>(hash >> 32), rank};
}

uint32_t Vocabulary::rankOf(std::string_view piece) const {
    if (piece.size() <= 2)
        return piece.size() == 1
                   ? rankOfByte(static_cast<unsigned char>(piece[0]))
                   : rankOfPair(static_cast<unsigned char>(piece[0]), static_cast<unsigned char>(piece[1]));
    if (piece.size() > longest_) return kNoRank;
    const uint64_t hash = hashOf(piece);
    for (size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
        const Slot& slot = slots_[at];
        if (slot.rank == kNoRank) return kNoRank;
        if (slot.hash == static_cast<uint32_t>(hash >> 32) && token(slot.rank) == piece) return slot.rank;
    }
}

}  // namespace pricing
