// The questions that have been answered, as vectors in memory, by scope. A scope with few of them is searched
// one by one, one with many by an HNSW graph (Malkov and Yashunin, 2016; hnswlib). Bounded: the oldest go
// first.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace cache {

class Graph;  // graph.h

/// A question and the key of its answer.
struct Answered {
    std::string scope, key;
    std::string text;           // only where samples are taken
    std::vector<float> vector;  // of length 1
    int64_t expires_ms = 0;     // since the Unix epoch
};
struct Neighbour {
    std::string key, text;
    float similarity = 0;  // cosine: -1 to 1
};

class Vectors {
public:
    explicit Vectors(size_t entries_max);
    ~Vectors();

    /// One with the same scope and key takes the place of the one before. [any]
    void add(Answered answered);
    /// The nearest of that scope that has not expired. [any]
    std::optional<Neighbour> nearest(const std::string& scope, const std::vector<float>& vector,
                                     int64_t now_ms);
    /// Its answer is not there any more. [any]
    void remove(const std::string& scope, const std::string& key);
    void clear();
    size_t size() const;

private:
    struct Scope {
        std::vector<Answered> items;                     // an empty key: removed
        std::unordered_map<std::string, size_t> places;  // of the keys in items
        std::unique_ptr<Graph> graph;
        size_t removed = 0;
    };
    void drop(Scope& scope, size_t which);
    static void rebuild(Scope& scope);
    void makeRoom();
    bool isThere(const std::string& scope, const std::string& key) const;

    const size_t entries_max_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Scope> scopes_;
    std::deque<std::pair<std::string, std::string>> order_;  // scope and key, the oldest first
    size_t size_ = 0;
};

}  // namespace cache
