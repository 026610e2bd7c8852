// sluice.host.kv/1 by the fake host's clock.
#pragma once

#include <sluice/testing/request_data.hpp>

#include <charconv>

namespace sluice::testing::tables {

inline KvEntry* kvFind(const sluice_host* host, sluice_str key) {
    HostState& state = *handleOf(host).host;
    const auto found = state.kv.find(view(key));
    if (found == state.kv.end()) return nullptr;
    if (found->second.end_ms > state.wallMs()) return &found->second;
    state.kv.erase(found);
    return nullptr;
}
inline sluice_status kvGet(const sluice_host* host, sluice_str key, void* sink,
                           void (*write)(void*, sluice_str)) {
    const KvEntry* entry = kvFind(host, key);
    if (!entry) return SLUICE_E_NOT_FOUND;
    write(sink, str(entry->value));
    return SLUICE_OK;
}
inline sluice_status kvPut(const sluice_host* host, sluice_str key, sluice_str value, uint64_t ttl_ms) {
    HostState& state = *handleOf(host).host;
    if (key.len == 0 || key.len > 1024) return SLUICE_E_INVALID;
    if (value.len > 1024 * 1024) return SLUICE_E_LIMIT;
    const int64_t end = ttl_ms ? state.wallMs() + static_cast<int64_t>(ttl_ms) : INT64_MAX;
    state.kv[std::string(view(key))] = {std::string(view(value)), end};
    return SLUICE_OK;
}
inline sluice_status kvRemove(const sluice_host* host, sluice_str key) {
    if (!kvFind(host, key)) return SLUICE_E_NOT_FOUND;
    handleOf(host).host->kv.erase(handleOf(host).host->kv.find(view(key)));
    return SLUICE_OK;
}
inline sluice_status kvAdd(const sluice_host* host, sluice_str key, int64_t delta, uint64_t ttl_ms,
                           int64_t* sum) {
    KvEntry* entry = kvFind(host, key);
    int64_t now = 0;
    if (entry) {
        const std::string& text = entry->value;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), now);
        if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return SLUICE_E_INVALID;
    }
    now += delta;
    if (sum) *sum = now;
    if (!entry) return kvPut(host, key, str(std::to_string(now)), ttl_ms);
    entry->value = std::to_string(now);
    return SLUICE_OK;
}

inline const sluice_host_kv kKv{sizeof(sluice_host_kv), 0, kvGet, kvPut, kvRemove, kvAdd};

}  // namespace sluice::testing::tables
