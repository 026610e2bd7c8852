// The documents that are watched, as every watcher knows them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace store_postgres {

struct Kept {
    std::string json;
    uint64_t version = 0;
};

/// Of one kind, by id.
using Kind = std::map<std::string, Kept, std::less<>>;

/// By the name of the kind.
using Mirror = std::map<std::string, Kind, std::less<>>;

/// The documents of a kind, the oldest change first.
std::vector<const Kind::value_type*> inOrder(const Kind& kind);

}  // namespace store_postgres
