// sluice.host.kv/1: values that the requests of one instance share.
#include "plugin_host/host_tables.h"
#include "plugin_host/kv_store.h"

namespace sluice::host {
namespace {

using base::Clock;

KvStore* storeOf(const sluice_host* host) {
    Instance& instance = *handle(host).instance;
    return instance.maySee(&kHostKv) ? &KvStore::of(instance.id()) : nullptr;
}

bool isKey(sluice_str key) { return key.len > 0 && key.len <= KvStore::kKeyMax; }

// Longer than the clock reaches is forever.
base::milliseconds ttlOf(uint64_t ms) {
    constexpr uint64_t kYear = 365ull * 24 * 3600 * 1000;
    return base::milliseconds(ms > 100 * kYear ? 0 : static_cast<int64_t>(ms));
}

sluice_status statusOf(KvStore::Put put) {
    switch (put) {
        case KvStore::Put::Done:
            return SLUICE_OK;
        case KvStore::Put::NoRoom:
            return SLUICE_E_LIMIT;
        case KvStore::Put::NoNumber:
            return SLUICE_E_INVALID;
    }
    return SLUICE_E_INTERNAL;
}

sluice_status get(const sluice_host* host, sluice_str key, void* sink, void (*write)(void*, sluice_str)) {
    KvStore* store = storeOf(host);
    if (!store) return SLUICE_E_DENIED;
    if (!write) return SLUICE_E_INVALID;
    const auto value = store->get(view(key), Clock::now());
    if (!value) return SLUICE_E_NOT_FOUND;
    write(sink, str(*value));
    return SLUICE_OK;
}

sluice_status put(const sluice_host* host, sluice_str key, sluice_str value, uint64_t ttl_ms) {
    KvStore* store = storeOf(host);
    if (!store) return SLUICE_E_DENIED;
    if (!isKey(key)) return SLUICE_E_INVALID;
    return statusOf(store->put(view(key), view(value), ttlOf(ttl_ms), Clock::now()));
}

sluice_status removeKey(const sluice_host* host, sluice_str key) {
    KvStore* store = storeOf(host);
    if (!store) return SLUICE_E_DENIED;
    return store->remove(view(key)) ? SLUICE_OK : SLUICE_E_NOT_FOUND;
}

sluice_status add(const sluice_host* host, sluice_str key, int64_t delta, uint64_t ttl_ms, int64_t* sum) {
    KvStore* store = storeOf(host);
    if (!store) return SLUICE_E_DENIED;
    if (!isKey(key)) return SLUICE_E_INVALID;
    int64_t result = 0;
    const auto done = store->add(view(key), delta, ttlOf(ttl_ms), Clock::now(), result);
    if (done == KvStore::Put::Done && sum) *sum = result;
    return statusOf(done);
}

}  // namespace

const sluice_host_kv kHostKv{sizeof(sluice_host_kv), 0, get, put, removeKey, add};

}  // namespace sluice::host
