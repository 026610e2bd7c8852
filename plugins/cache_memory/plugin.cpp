#include "plugin.h"

#include <new>

#include <sluice/cache.h>
#include <sluice/config.hpp>

namespace cache_memory {
namespace {

Options optionsOf(std::string_view json) {
    constexpr int64_t kLeast = 64 * 1024;
    Options options;
    const sluice::ConfigObject config(json);
    int64_t bytes = static_cast<int64_t>(options.max_bytes), shards = static_cast<int64_t>(options.shards);
    int64_t entry = static_cast<int64_t>(options.max_entry_bytes);
    config.read("max_bytes", bytes);
    config.read("max_entry_bytes", entry);
    config.read("shards", shards);
    if (bytes < kLeast)
        sluice::ConfigObject::fail("max_bytes", std::to_string(bytes), "at least " + std::to_string(kLeast));
    if (entry < 1 || entry > bytes / 4)
        sluice::ConfigObject::fail("max_entry_bytes", std::to_string(entry),
                                   "1 to a quarter of max_bytes, " + std::to_string(bytes / 4));
    if (shards < 1 || shards > 256) sluice::ConfigObject::fail("shards", std::to_string(shards), "1 to 256");
    options.max_bytes = static_cast<size_t>(bytes);
    options.max_entry_bytes = static_cast<size_t>(entry);
    options.shards = static_cast<size_t>(shards);
    return options;
}

bool isKey(std::string_view key) {
    if (key.empty() || key.size() > SLUICE_CACHE_KEY_MAX) return false;
    for (const char c : key) {
        if (c <= ' ' || c > '~') return false;
    }
    return true;
}

int64_t expiry(int64_t now_ms, int64_t ttl_ms) {
    return ttl_ms > INT64_MAX - now_ms ? INT64_MAX : now_ms + ttl_ms;
}

}  // namespace

// sluice.cache/1. Memory that cannot be had is an entry that is not kept.
struct Plugin::Table {
    static Plugin& of(sluice_instance* self) { return *reinterpret_cast<Plugin*>(self); }

    static sluice_status get(sluice_instance* self, sluice_ctx*, const sluice_str* keys, size_t count,
                             uint32_t, void* sink,
                             void (*take)(void* sink, size_t which, const sluice_cache_entry* entry)) {
        const Plugin& plugin = of(self);
        const int64_t now = plugin.host_.monotonicMs();
        for (size_t i = 0; i < count; ++i) {
            const Held entry = plugin.store_->find(sluice::view(keys[i]), now);
            if (!entry) continue;
            const sluice_cache_entry found{sizeof(sluice_cache_entry), 0, sluice::str(entry->value()),
                                           entry->expiresMs() - now};
            take(sink, i, &found);
        }
        return SLUICE_OK;
    }

    static sluice_status put(sluice_instance* self, sluice_str key, sluice_str value, int64_t ttl_ms) {
        const Plugin& plugin = of(self);
        if (!isKey(sluice::view(key)) || ttl_ms <= 0) return SLUICE_E_INVALID;
        const int64_t now = plugin.host_.monotonicMs();
        try {
            const bool kept =
                plugin.store_->put(sluice::view(key), sluice::view(value), expiry(now, ttl_ms), now);
            return kept ? SLUICE_OK : SLUICE_E_INVALID;
        } catch (const std::bad_alloc&) {
            return SLUICE_E_LIMIT;
        }
    }

    static sluice_status remove(sluice_instance* self, const sluice_str* keys, size_t count,
                                uint64_t* removed) {
        const Plugin& plugin = of(self);
        const int64_t now = plugin.host_.monotonicMs();
        uint64_t gone = 0;
        for (size_t i = 0; i < count; ++i) gone += plugin.store_->remove(sluice::view(keys[i]), now) ? 1 : 0;
        if (removed) *removed = gone;
        return SLUICE_OK;
    }

    static sluice_status flush(sluice_instance* self, sluice_str prefix) {
        of(self).store_->flush(sluice::view(prefix));
        return SLUICE_OK;
    }

    static sluice_status status(sluice_instance* self, void* sink,
                                void (*write)(void* sink, sluice_str json)) {
        const Plugin& plugin = of(self);
        const Figures f = plugin.store_->figures();
        const auto member = [](const char* name, uint64_t value) {
            return std::string(",\"") + name + "\":" + std::to_string(value);
        };
        const std::string json = R"({"type":"memory","healthy":true)" + member("entries", f.entries) +
                                 member("bytes", f.bytes) + member("max_bytes", plugin.options_.max_bytes) +
                                 member("hits", f.hits) + member("misses", f.misses) +
                                 member("evictions", f.evictions) + member("expired", f.expired) + "}";
        write(sink, sluice::str(json));
        return SLUICE_OK;
    }
};

Plugin::Plugin(std::string_view config_json, sluice::Host host)
    : host_(host), options_(optionsOf(config_json)), store_(std::make_shared<Store>(options_)) {
    handover_.owner = this;
    handover_.drain = [](void* owner, void* sink, Handover::Take take) {
        static_cast<Plugin*>(owner)->store_->drain([sink, take](const Entry& entry) {
            take(sink, entry.key().data(), entry.key().size(), entry.value().data(), entry.value().size(),
                 entry.expiresMs(), entry.in_main ? 1 : 0);
        });
    };
}

const void* Plugin::interface(std::string_view id) {
    static const sluice_cache all{
        sizeof(sluice_cache), 0, Table::get, Table::put, Table::remove, Table::flush, Table::status};
    return id == SLUICE_CACHE_ID ? &all : nullptr;
}

bool Plugin::import_state(std::string_view bytes) {
    const Handover* before = read(bytes);
    if (!before) return false;
    // The same function is the same library.
    if (before->drain == handover_.drain) {
        const auto& store = static_cast<Plugin*>(before->owner)->store_;
        if (store->resize(options_, host_.monotonicMs())) {
            store_ = store;
            return true;
        }
    }
    struct To {
        Store& store;
        const int64_t now_ms;
    } to{*store_, host_.monotonicMs()};
    before->drain(before->owner, &to,
                  [](void* sink, const char* key, size_t key_size, const char* value, size_t value_size,
                     int64_t expires_ms, int32_t in_main) {
                      const To& into = *static_cast<To*>(sink);
                      if (expires_ms <= into.now_ms) return;
                      try {
                          (void)into.store.put({key, key_size}, {value, value_size}, expires_ms, into.now_ms,
                                               in_main != 0);
                      } catch (const std::bad_alloc&) {
                          return;  // an entry less
                      }
                  });
    return true;
}

}  // namespace cache_memory
