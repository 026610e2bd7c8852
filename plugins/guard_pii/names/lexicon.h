// What is known of words: lists of names, places, streets, and of words that are none. The lists lie in data/
// and are compiled in; they are hashed once, when the first scanner is made (some milliseconds, about 2 MB).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pii::names {

/// What a word may be: a set of these bits.
/// The lower the bit, the more it tells: the lowest one is the group of a word.
enum Known : uint16_t {
    kCommon = 1 << 0,     // one of the few hundred words that every text is full of
    kParticle = 1 << 1,   // "van", "de", "of": inside of names
    kStreet = 1 << 2,     // "street", "rue", "apt"
    kOrgSuffix = 1 << 3,  // "inc", "gmbh"
    kOrgWord = 1 << 4,    // "university", "bank"
    kTitle = 1 << 5,      // "mrs", "dr"
    kOrdinary = 1 << 6,   // a word of the dictionary
    kCountry = 1 << 7,
    kNation = 1 << 8,
    kGiven = 1 << 9,
    kFamily = 1 << 10,
    kPlace = 1 << 11,
    kCompany = 1 << 12,
    kTelling = 1 << 13,  // the model knows the word itself, not only its kind
};

constexpr size_t kWordBytesMax = 40;  // longer words are no names; nothing is known of them

/// A hash of a word without case and accents. `word` must be ASCII; `readable` bytes from its begin on may be
/// read.
uint32_t hashAscii(std::string_view word, size_t readable);
/// The same for any word.
uint32_t hashWord(std::string_view word);
/// The hash of two words that follow one another.
inline uint32_t hashPair(uint32_t first, uint32_t second) {
    return (first * 0x9E3779B1u) ^ (second + 0x85EBCA6Bu);
}

/// Immutable once made. [any, many threads at once]
class Lexicon final {
public:
    /// The one that is compiled in.
    static const Lexicon& builtIn();

    Lexicon();
    /// The bits of a word's hash, 0 if nothing is known.
    uint16_t find(uint32_t hash) const {
        for (uint32_t at = hash & mask_;; at = (at + 1) & mask_) {
            const Entry& entry = entries_[at];
            if (entry.hash == hash) return entry.known;
            if (!entry.known) return 0;
        }
    }

private:
    struct Entry {
        uint32_t hash = 0;
        uint16_t known = 0;
    };
    void add(std::string_view list, uint16_t known);
    void insert(uint32_t hash, uint16_t known);

    std::vector<Entry> entries_;
    uint32_t mask_;
};

}  // namespace pii::names
