// hnswlib behind a wall: its headers define functions that may stand in one translation unit only.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace cache {

class Graph {
public:
    explicit Graph(size_t dimensions);
    ~Graph();
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;

    /// `number` is what comes out again. A vector of length 1.
    void add(size_t number, const std::vector<float>& vector);
    void remove(size_t number);
    /// At most `count`, the nearest first: number and cosine.
    std::vector<std::pair<size_t, float>> nearest(const std::vector<float>& vector, size_t count) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cache
