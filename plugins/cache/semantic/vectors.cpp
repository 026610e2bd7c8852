#include "semantic/vectors.h"

#include <algorithm>

#include "semantic/graph.h"

namespace cache {
namespace {

constexpr size_t kFlatMax = 64;    // of a scope; more are searched by a graph
constexpr size_t kNeighbours = 8;  // the nearest may have expired

float cosine(const std::vector<float>& a, const std::vector<float>& b) {
    float sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

}  // namespace

Vectors::Vectors(size_t entries_max) : entries_max_(entries_max) {}
Vectors::~Vectors() = default;

size_t Vectors::size() const {
    const std::lock_guard lock(mutex_);
    return size_;
}

void Vectors::clear() {
    const std::lock_guard lock(mutex_);
    scopes_.clear();
    order_.clear();
    size_ = 0;
}

void Vectors::drop(Scope& scope, size_t which) {
    if (scope.graph) scope.graph->remove(which);
    scope.places.erase(scope.items[which].key);
    scope.items[which] = {};
    ++scope.removed;
    --size_;
}

// Without what was removed; the graph, if it is large enough for one, anew.
void Vectors::rebuild(Scope& scope) {
    std::vector<Answered> left;
    for (auto& item : scope.items) {
        if (!item.key.empty()) left.push_back(std::move(item));
    }
    scope.items = std::move(left);
    scope.removed = 0;
    scope.places.clear();
    scope.graph.reset();
    if (scope.items.size() > kFlatMax)
        scope.graph = std::make_unique<Graph>(scope.items.front().vector.size());
    for (size_t i = 0; i < scope.items.size(); ++i) {
        scope.places[scope.items[i].key] = i;
        if (scope.graph) scope.graph->add(i, scope.items[i].vector);
    }
}

bool Vectors::isThere(const std::string& name, const std::string& key) const {
    const auto scope = scopes_.find(name);
    return scope != scopes_.end() && scope->second.places.count(key) > 0;
}

void Vectors::makeRoom() {
    while (size_ > entries_max_ && !order_.empty()) {
        const auto [name, key] = std::move(order_.front());
        order_.pop_front();
        if (!isThere(name, key)) continue;
        Scope& scope = scopes_[name];
        drop(scope, scope.places[key]);
        if (scope.places.empty())
            scopes_.erase(name);
        else if (scope.removed > kFlatMax && scope.removed * 2 > scope.items.size())
            rebuild(scope);
    }
    if (order_.size() > 2 * entries_max_ + 64)
        order_.erase(std::remove_if(order_.begin(), order_.end(),
                                    [&](const auto& one) { return !isThere(one.first, one.second); }),
                     order_.end());
}

void Vectors::add(Answered answered) {
    const std::lock_guard lock(mutex_);
    Scope& scope = scopes_[answered.scope];
    const bool other_size = !scope.places.empty() &&
                            scope.items[scope.places.begin()->second].vector.size() != answered.vector.size();
    if (other_size) {  // another model has been configured since
        size_ -= scope.places.size();
        scope = {};
    }
    if (const auto before = scope.places.find(answered.key); before != scope.places.end())
        drop(scope, before->second);
    else
        order_.emplace_back(answered.scope, answered.key);
    scope.places[answered.key] = scope.items.size();
    scope.items.push_back(std::move(answered));
    ++size_;
    if (scope.graph)
        scope.graph->add(scope.items.size() - 1, scope.items.back().vector);
    else if (scope.items.size() > kFlatMax)
        rebuild(scope);
    makeRoom();
}

std::optional<Neighbour> Vectors::nearest(const std::string& name, const std::vector<float>& vector,
                                          int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    const auto found = scopes_.find(name);
    if (found == scopes_.end()) return std::nullopt;
    Scope& scope = found->second;
    if (scope.places.empty() || scope.items[scope.places.begin()->second].vector.size() != vector.size())
        return std::nullopt;
    std::optional<Neighbour> best;
    const auto look = [&](size_t i, float similarity) {
        const Answered& item = scope.items[i];
        if (item.key.empty() || item.expires_ms <= now_ms || (best && best->similarity >= similarity)) return;
        best = {item.key, item.text, similarity};
    };
    if (scope.graph) {
        for (const auto& [i, similarity] : scope.graph->nearest(vector, kNeighbours)) look(i, similarity);
    } else {
        for (const auto& [key, i] : scope.places) look(i, cosine(scope.items[i].vector, vector));
    }
    return best;
}

void Vectors::remove(const std::string& name, const std::string& key) {
    const std::lock_guard lock(mutex_);
    if (!isThere(name, key)) return;
    Scope& scope = scopes_[name];
    drop(scope, scope.places[key]);
    if (scope.places.empty()) scopes_.erase(name);
}

}  // namespace cache
