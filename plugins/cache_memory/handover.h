// How the entries get from one generation to the next in a reload.
//
// sluice.state/1 hands over bytes; those of a cache would be a second and a third copy of it. So what is
// exported is where the instance is, and to which process that means something. The host calls import_state
// with it at once, while the instance before still lives.
//
// - The library is the same, as it is when only the configuration has changed: both generations use one
//   store, and what requests of the old one put is found by the new one.
// - The library is another one, or the configuration needs another number of shards: the entries move over,
//   one by one. Requests that still run on the old generation find nothing any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cache_memory {

/// What the other library sees: C only, of a fixed layout; a later one that changes it counts kFormat up.
struct Handover {
    using Take = void (*)(void* sink, const char* key, size_t key_size, const char* value, size_t value_size,
                          int64_t expires_ms, int32_t in_main);
    static constexpr uint64_t kFormat = 0x6D656D6361636831;  // "memcach1"

    uint64_t format = kFormat;
    void* owner = nullptr;
    /// Gives everything away, oldest first. What `take` throws is the new library's own affair: it must not.
    void (*drain)(void* owner, void* sink, Take take) = nullptr;
};

/// "PROCESS ADDRESS". The process is its number and when it began, so that no other one takes it for its own.
std::string written(const Handover& handover);
/// Null if these bytes come from another process, or another format.
const Handover* read(std::string_view bytes);

}  // namespace cache_memory
