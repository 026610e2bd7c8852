#include "semantic/graph.h"

#include <algorithm>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#include <hnswlib/hnswlib.h>
#pragma GCC diagnostic pop

namespace cache {

struct Graph::Impl {
    explicit Impl(size_t dimensions) : space(dimensions), index(&space, 128, 16, 100) { index.setEf(64); }
    hnswlib::InnerProductSpace space;
    hnswlib::HierarchicalNSW<float> index;
};

Graph::Graph(size_t dimensions) : impl_(std::make_unique<Impl>(dimensions)) {}
Graph::~Graph() = default;

void Graph::add(size_t number, const std::vector<float>& vector) {
    auto& index = impl_->index;
    if (index.cur_element_count >= index.max_elements_) index.resizeIndex(index.max_elements_ * 2);
    index.addPoint(vector.data(), number);
}

void Graph::remove(size_t number) { impl_->index.markDelete(number); }

std::vector<std::pair<size_t, float>> Graph::nearest(const std::vector<float>& vector, size_t count) const {
    auto found = impl_->index.searchKnn(vector.data(), count);
    std::vector<std::pair<size_t, float>> out;
    for (; !found.empty(); found.pop()) out.emplace_back(found.top().second, 1 - found.top().first);
    std::reverse(out.begin(), out.end());
    return out;
}

}  // namespace cache
