// Small values that the requests of one instance share, in memory and over reloads; see sluice/host_kv.h.
// Needs the capability "kv" in the manifest.
//
//   sluice::Kv kv(host);                                       // in the constructor
//   if (kv.add("calls:" + key, 1, 60'000).value_or(0) > 100)   // a window of a minute
//       return request.block(…);
#pragma once

#include <sluice/host.hpp>

namespace sluice {

/// Copyable, as old as the instance. [any]
class Kv {
public:
    /// Throws ConfigError if this host has none, or does not grant it.
    explicit Kv(const Host& host) : host_(host.raw()), table_(host.find<sluice_host_kv>(SLUICE_HOST_KV_ID)) {
        if (!table_) throw ConfigError("the capability \"kv\" is not granted, or not known to this gateway");
    }

    std::optional<std::string> get(std::string_view key) const {
        std::string value;
        const auto write = [](void* sink, sluice_str text) {
            static_cast<std::string*>(sink)->assign(text.ptr, text.len);
        };
        if (table_->get(host_, str(key), &value, write) != SLUICE_OK) return std::nullopt;
        return value;
    }
    /// ttl_ms 0: until it is removed. False if there is no room, or the key will not do.
    bool put(std::string_view key, std::string_view value, uint64_t ttl_ms = 0) const {
        return table_->put(host_, str(key), str(value), ttl_ms) == SLUICE_OK;
    }
    bool remove(std::string_view key) const { return table_->remove(host_, str(key)) == SLUICE_OK; }
    /// The sum afterwards; the window of ttl_ms begins with the first addition. One step among all threads.
    std::optional<int64_t> add(std::string_view key, int64_t delta, uint64_t ttl_ms = 0) const {
        int64_t sum = 0;
        if (table_->add(host_, str(key), delta, ttl_ms, &sum) != SLUICE_OK) return std::nullopt;
        return sum;
    }

private:
    const sluice_host* host_;
    const sluice_host_kv* table_;
};

}  // namespace sluice
