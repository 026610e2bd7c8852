#include "automaton.h"

#include <algorithm>
#include <utility>

namespace guard_content {

namespace {

constexpr size_t kRowBytesMax =
    768 * 1024;  // of all full rows together: they should stay in the second cache

}  // namespace

// The words as a tree, its nodes numbered level by level: a failure link always leads to a smaller number.
struct Automaton::Trie {
    struct Node {
        std::vector<std::pair<uint8_t, uint32_t>> children;
        std::vector<uint32_t> patterns;
        uint32_t fail = kRoot;
    };
    std::vector<Node> nodes;

    Trie(const std::vector<std::string>& patterns, const std::array<uint8_t, 256>& classes) {
        std::vector<Node> tree(1);
        for (uint32_t p = 0; p < patterns.size(); ++p) {
            uint32_t at = kRoot;
            for (const char c : patterns[p]) at = child(tree, at, classes[static_cast<unsigned char>(c)]);
            tree[at].patterns.push_back(p);
        }
        number(tree);
        linkFailures();
    }

    uint32_t find(uint32_t node, uint8_t c) const {
        for (const auto& [byte, to] : nodes[node].children)
            if (byte == c) return to;
        return kRoot;
    }

private:
    static uint32_t child(std::vector<Node>& tree, uint32_t at, uint8_t c) {
        for (const auto& [byte, to] : tree[at].children)
            if (byte == c) return to;
        const auto made = static_cast<uint32_t>(tree.size());
        tree[at].children.emplace_back(c, made);
        tree.emplace_back();
        return made;
    }

    void number(std::vector<Node>& tree) {
        std::vector<uint32_t> order{kRoot};
        std::vector<uint32_t> place(tree.size());
        for (size_t i = 0; i < order.size(); ++i) {
            place[order[i]] = static_cast<uint32_t>(i);
            for (const auto& edge : tree[order[i]].children) order.push_back(edge.second);
        }
        nodes.reserve(tree.size());
        for (const uint32_t old : order) {
            nodes.push_back(std::move(tree[old]));
            for (auto& edge : nodes.back().children) edge.second = place[edge.second];
        }
    }

    void linkFailures() {
        for (uint32_t n = 0; n < nodes.size(); ++n) {
            for (const auto& [c, to] : nodes[n].children) {
                uint32_t fail = n == kRoot ? kRoot : nodes[n].fail;
                while (n != kRoot && fail != kRoot && find(fail, c) == kRoot) fail = nodes[fail].fail;
                nodes[to].fail = n == kRoot ? kRoot : find(fail, c);
            }
        }
    }
};

Automaton::Automaton(const std::vector<std::string>& patterns) {
    mapBytes(patterns);
    const Trie trie(patterns, classes_);
    for (const auto& node : trie.nodes) {
        Ends ends{static_cast<uint32_t>(patterns_.size()), 0, kRoot};
        patterns_.insert(patterns_.end(), node.patterns.begin(), node.patterns.end());
        ends.last = static_cast<uint32_t>(patterns_.size());
        if (!ends_.empty()) {
            const Ends& shorter = ends_[node.fail];
            ends.next = shorter.first != shorter.last ? node.fail : shorter.next;
        }
        ends_.push_back(ends);
    }
    fillRows(trie);
    fillSparse(trie);
}

void Automaton::mapBytes(const std::vector<std::string>& patterns) {
    for (const auto& pattern : patterns) {
        for (const char c : pattern) {
            auto& mapped = classes_[static_cast<unsigned char>(c)];
            if (mapped == 0) mapped = static_cast<uint8_t>(width_++);
        }
    }
}

void Automaton::fillRows(const Trie& trie) {
    const size_t most = std::max<size_t>(1, kRowBytesMax / (width_ * sizeof(uint32_t)));
    dense_ = static_cast<uint32_t>(std::min(trie.nodes.size(), most));
    rows_.assign(static_cast<size_t>(dense_) * width_, kRoot);
    for (uint32_t n = 0; n < dense_; ++n) {
        uint32_t* row = &rows_[static_cast<size_t>(n) * width_];
        const uint32_t* fallback = &rows_[static_cast<size_t>(trie.nodes[n].fail) * width_];
        if (n != kRoot) std::copy(fallback, fallback + width_, row);
        for (const auto& [c, to] : trie.nodes[n].children) {
            const Ends& ends = ends_[to];
            row[c] = to | (ends.first != ends.last || ends.next != kRoot ? kMatch : 0);
        }
    }
}

void Automaton::fillSparse(const Trie& trie) {
    for (size_t n = dense_; n < trie.nodes.size(); ++n) {
        Sparse state{static_cast<uint32_t>(edges_.size()), 0, trie.nodes[n].fail};
        for (const auto& [c, to] : trie.nodes[n].children) {
            const Ends& ends = ends_[to];
            const bool match = ends.first != ends.last || ends.next != kRoot;
            edges_.push_back({to | (match ? kMatch : 0), c});
        }
        state.last = static_cast<uint32_t>(edges_.size());
        sparse_.push_back(state);
    }
}

size_t Automaton::bytes() const {
    return rows_.size() * sizeof(uint32_t) + sparse_.size() * sizeof(Sparse) + edges_.size() * sizeof(Edge) +
           ends_.size() * sizeof(Ends) + patterns_.size() * sizeof(uint32_t);
}

}  // namespace guard_content
