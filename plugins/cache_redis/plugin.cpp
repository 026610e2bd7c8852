// A cache on Redis: one server, a cluster, or a master that sentinels watch.
#include <sluice/plugin.hpp>

#include "cache.h"
#include "cache_redis_manifest.hpp"

namespace cache_redis {

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host) : cache_(host, readOptions(config_json, host)) {}

    static const void* interface(std::string_view id) {
        static const sluice_cache table{
            sizeof(sluice_cache),
            0,
            [](sluice_instance* self, sluice_ctx* ctx, const sluice_str* keys, size_t count, uint32_t wait_ms,
               void* sink, Cache::Take take) { return of(self).get(ctx, keys, count, wait_ms, sink, take); },
            [](sluice_instance* self, sluice_str key, sluice_str value, int64_t ttl_ms) {
                return of(self).put(sluice::view(key), sluice::view(value), ttl_ms);
            },
            [](sluice_instance* self, const sluice_str* keys, size_t count, uint64_t* removed) {
                return of(self).remove(keys, count, removed);
            },
            [](sluice_instance* self, sluice_str prefix) { return of(self).flush(sluice::view(prefix)); },
            [](sluice_instance* self, void* sink, void (*write)(void* sink, sluice_str json)) {
                const std::string json = of(self).status();
                write(sink, sluice::str(json));
                return sluice_status{SLUICE_OK};
            }};
        return id == SLUICE_CACHE_ID ? &table : nullptr;
    }

private:
    static Cache& of(sluice_instance* self) { return reinterpret_cast<Plugin*>(self)->cache_; }

    Cache cache_;
};

}  // namespace cache_redis

SLUICE_PLUGIN(cache_redis::Plugin, SLUICE_MANIFEST)
