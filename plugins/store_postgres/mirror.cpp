#include "mirror.h"

#include <algorithm>

namespace store_postgres {

std::vector<const Kind::value_type*> inOrder(const Kind& kind) {
    std::vector<const Kind::value_type*> all;
    all.reserve(kind.size());
    for (const auto& one : kind) all.push_back(&one);
    std::sort(all.begin(), all.end(),
              [](const auto* a, const auto* b) { return a->second.version < b->second.version; });
    return all;
}

}  // namespace store_postgres
