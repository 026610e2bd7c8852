// Documents and their changes, as store.h has them.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace store_common {

struct Document {
    std::string_view kind;
    std::string_view id;
    std::string_view json;
    uint64_t version = 0;
    bool removed = false;
};

struct Change {
    std::string_view kind;
    std::string_view id;
    std::string_view json;
    uint64_t expected = 0;  // SLUICE_STORE_ANY, SLUICE_STORE_NONE or a version
    bool remove = false;
};

using Tell = std::function<void(const Document&)>;

constexpr size_t kIdBytesMax = 512;            // store.h
constexpr size_t kDocumentBytesMax = 4 << 20;  // every watcher keeps what it is told in memory

/// Why the change cannot be: its kind, id or json are not what store.h says; empty if they are.
const char* faultOf(const Change& change);

}  // namespace store_common
