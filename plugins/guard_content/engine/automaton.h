// Many words looked for at once: an Aho-Corasick automaton over the folded bytes of texts.
//
// The states near the root, where almost all of a text is spent, have a full row of transitions; the others
// have their one or two edges and a failure link. So ten thousand words cost a few hundred kilobytes, and a
// step costs the same whatever their number; a text costs at most two steps a byte.
//
// Source: Aho and Corasick, Efficient string matching, CACM 18 (1975).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace guard_content {

/// Built once, then read by any number of threads. [any]
class Automaton {
public:
    static constexpr uint32_t kMatch = 1u << 31;  // set in a state at which a pattern ends
    static constexpr uint32_t kRoot = 0;

    Automaton() : Automaton(std::vector<std::string>()) {}
    /// None of them empty. Equal ones are found once each, by their own numbers.
    explicit Automaton(const std::vector<std::string>& patterns);

    /// The state after one more byte. The state that comes in may carry kMatch.
    uint32_t step(uint32_t state, unsigned char byte) const {
        const uint32_t c = classes_[byte];
        state &= ~kMatch;
        while (state >= dense_) {
            const Sparse& s = sparse_[state - dense_];
            for (uint32_t e = s.first; e < s.last; ++e)
                if (edges_[e].c == c) return edges_[e].to;
            state = s.fail;
        }
        return rows_[state * width_ + c];
    }

    /// Calls found(number of the pattern) for each pattern that ends at this state.
    template <class Found>
    void matches(uint32_t state, Found found) const {
        for (state &= ~kMatch; state != kRoot; state = ends_[state].next)
            for (uint32_t i = ends_[state].first; i < ends_[state].last; ++i) found(patterns_[i]);
    }

    size_t states() const { return ends_.size(); }
    size_t bytes() const;

private:
    struct Edge {
        uint32_t to;
        uint32_t c;
    };
    struct Sparse {
        uint32_t first, last;  // its edges
        uint32_t fail;
    };
    struct Ends {
        uint32_t first, last;  // its own patterns
        uint32_t next;         // the next state on the way of failures at which a pattern ends
    };

    struct Trie;
    void mapBytes(const std::vector<std::string>& patterns);
    void fillRows(const Trie& trie);
    void fillSparse(const Trie& trie);

    std::array<uint8_t, 256> classes_{};  // 0: in no pattern
    uint32_t width_ = 1;
    uint32_t dense_ = 0;          // states below have rows
    std::vector<uint32_t> rows_;  // dense_ * width_
    std::vector<Sparse> sparse_;
    std::vector<Edge> edges_;
    std::vector<Ends> ends_;
    std::vector<uint32_t> patterns_;
};

}  // namespace guard_content
