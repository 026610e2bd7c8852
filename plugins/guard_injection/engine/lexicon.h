// The words and phrases that the engine knows: words.txt and patterns.txt, compiled once. Words are known by
// the hash of their folded letters; see reader.h for how letters are folded.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace injection {

constexpr uint32_t kHashSeed = 0x811C9DC5;  // FNV-1a, 32 bits
inline uint32_t hashed(uint32_t hash, uint32_t letter) { return (hash ^ letter) * 0x01000193U; }

/// One place in one pattern that a word can take.
struct Element {
    uint16_t pattern = 0;
    uint16_t gap = 0;  // words allowed between it and the element before; unused at the first
    bool first = false;
    bool last = false;
};

struct Pattern {
    uint16_t group = 0;
    float strength = 0;
    std::string_view entity;  // a literal
};

/// What a word means. Indices are of Lexicon::classes() and Lexicon::elements().
struct Meaning {
    uint32_t hash = 0;  // of the word itself, also if it was found in rot13 or backwards
    std::vector<uint16_t> classes;
    std::vector<uint16_t> elements;  // descending: a word takes one place of a pattern at a time
};

struct WordClass {
    std::string name;
    char sign = '?';  // '+', '-' or '?': see words.txt
};

class Lexicon {
public:
    /// Throws std::runtime_error with the line's number for a text that does not follow the format.
    Lexicon(std::string_view words, std::string_view patterns);

    /// The one that is built in. [any]
    static const Lexicon& builtin();

    /// Null: a word that says nothing. Valid as long as the lexicon.
    const Meaning* find(uint32_t hash) const {
        for (size_t at = hash & mask_;; at = (at + 1) & mask_) {
            const Slot& slot = slots_[at];
            if (slot.meaning < 0) return nullptr;
            if (slot.hash == hash) return &meanings_[static_cast<size_t>(slot.meaning)];
        }
    }

    /// False: no word of ideographs goes on after letters of that hash.
    bool mayBegin(uint32_t hash) const { return beginnings_[hash % kBeginnings]; }

    const std::vector<WordClass>& classes() const { return classes_; }
    const std::vector<std::string>& groups() const { return groups_; }
    const std::vector<Pattern>& patterns() const { return patterns_; }
    const std::vector<Element>& elements() const { return elements_; }
    /// The index of a class or group of that name; throws if there is none.
    size_t classIndex(std::string_view name) const;
    size_t groupIndex(std::string_view name) const;

private:
    struct Slot {
        uint32_t hash = 0;
        int32_t meaning = -1;
    };
    void readWords(std::string_view line);
    void readPattern(std::string_view line);
    void element(std::string_view text, uint16_t index);
    Meaning& meaning(uint32_t hash);
    void alias(uint32_t hash, uint32_t of);
    size_t slot(uint32_t hash) const;
    void grow(size_t slots);
    void noteBeginnings(std::string_view word);

    std::vector<Slot> slots_;
    size_t mask_ = 0;
    size_t used_ = 0;
    static constexpr size_t kBeginnings = 1 << 13;
    std::bitset<kBeginnings> beginnings_;
    std::vector<Meaning> meanings_;
    std::vector<WordClass> classes_;
    std::vector<std::vector<uint32_t>> members_;  // by class: hashes
    std::vector<std::string> groups_;
    std::vector<Pattern> patterns_;
    std::vector<Element> elements_;
};

}  // namespace injection
