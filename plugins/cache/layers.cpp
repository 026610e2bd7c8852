#include "layers.h"

#include <algorithm>
#include <chrono>

namespace cache {
namespace {

constexpr uint32_t kFailuresMax = 5;  // in a row
constexpr int64_t kPauseMs = 5000;

int64_t nowMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

// An object store is far away. Which plugin an instance is of is not said; its id usually does.
uint32_t usualWaitMs(const std::string& id) { return id.rfind("cache_s3", 0) == 0 ? 300 : 20; }

}  // namespace

void Layers::open() {
    const auto add = [&](const std::string& id) {
        const auto service = host_.service(SLUICE_CACHE_ID, id);
        if (!service)
            throw sluice::ConfigError(
                id.empty()
                    ? "backends: there is no instance that keeps answers, or there are several; allowed: "
                      "the ids of cache_memory, cache_redis, …"
                    : "backends: no instance \"" + id + "\" keeps answers");
        auto& layer = layers_.emplace_back();
        layer.id = sluice::view(service->instance);
        layer.table = static_cast<const sluice_cache*>(service->table);
        layer.owner = service->owner;
        layer.usual_wait_ms = usualWaitMs(layer.id);
    };
    if (live_.now().backends.empty()) add("");
    for (const auto& id : live_.now().backends) add(id);
}

bool Layers::isOpen(Layer& layer) const {
    return layer.closed_until.load(std::memory_order_relaxed) <= 0 ||
           nowMs() >= layer.closed_until.load(std::memory_order_relaxed);
}

void Layers::note(Layer& layer, bool fine) {
    if (fine) {
        if (layer.failures.load(std::memory_order_relaxed) == 0) return;
        layer.failures.store(0, std::memory_order_relaxed);
        if (layer.closed_until.exchange(0) > 0) host_.info("the cache " + layer.id + " answers again");
        return;
    }
    if (layer.failures.fetch_add(1) + 1 < kFailuresMax) return;
    if (layer.closed_until.exchange(nowMs() + kPauseMs) == 0)
        host_.warn("the cache " + layer.id + " does not answer; requests go on without it");
}

Bytes Layers::get(sluice_ctx* ctx, const std::string& key, bool& sure) {
    return getAll(ctx, {key}, sure).front();
}

bool Layers::look(Layer& layer, sluice_ctx* ctx, const std::vector<std::string>& keys,
                  const std::vector<size_t>& which, std::vector<Found>& found) {
    struct Sink {
        const std::vector<size_t>& which;
        std::vector<Found>& found;
    } sink{which, found};
    std::vector<sluice_str> wanted;
    wanted.reserve(which.size());
    for (const size_t i : which) wanted.push_back(sluice::str(keys[i]));
    const auto status = layer.table->get(
        layer.owner, ctx, wanted.data(), wanted.size(), live_.now().wait_ms.value_or(layer.usual_wait_ms),
        &sink, [](void* arg, size_t at, const sluice_cache_entry* entry) {
            auto& into = *static_cast<Sink*>(arg);
            into.found[into.which[at]] = {std::make_shared<const std::string>(sluice::view(entry->value)),
                                          entry->ttl_left_ms};
        });
    note(layer, status == SLUICE_OK || status == SLUICE_E_CANCELLED);
    return status == SLUICE_OK;
}

std::vector<Bytes> Layers::getAll(sluice_ctx* ctx, const std::vector<std::string>& keys, bool& sure) {
    std::vector<Found> found(keys.size());
    std::vector<size_t> missing(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) missing[i] = i;
    const int64_t upper_ttl_ms = live_.now().upper_ttl_ms;
    for (size_t l = 0; l < layers_.size() && !missing.empty(); ++l) {
        const bool asked = isOpen(layers_[l]) && look(layers_[l], ctx, keys, missing, found);
        sure = sure && asked;
        std::vector<size_t> still;
        for (const size_t i : missing) {
            if (!found[i].bytes) {
                still.push_back(i);
                continue;
            }
            const int64_t left = found[i].ttl_left_ms;
            const int64_t ttl = left < 0 ? upper_ttl_ms : std::min(upper_ttl_ms, left);
            for (size_t above = 0; above < l && ttl > 0; ++above)
                (void)layers_[above].table->put(layers_[above].owner, sluice::str(keys[i]),
                                                sluice::str(*found[i].bytes), ttl);
        }
        missing.swap(still);
    }
    std::vector<Bytes> all;
    all.reserve(keys.size());
    for (auto& one : found) all.push_back(std::move(one.bytes));
    return all;
}

void Layers::put(const std::string& key, std::string_view value, int64_t ttl_ms) {
    for (size_t i = 0; i < layers_.size(); ++i) {
        const bool last = i + 1 == layers_.size();
        (void)layers_[i].table->put(layers_[i].owner, sluice::str(key), sluice::str(value),
                                    last ? ttl_ms : std::min(ttl_ms, live_.now().upper_ttl_ms));
    }
}

uint64_t Layers::remove(const std::vector<std::string>& keys) {
    std::vector<sluice_str> names;
    for (const auto& key : keys) names.push_back(sluice::str(key));
    uint64_t most = 0;
    for (auto& layer : layers_) {
        uint64_t removed = 0;
        if (layer.table->remove(layer.owner, names.data(), names.size(), &removed) == SLUICE_OK)
            most = std::max(most, removed);
    }
    return most;
}

bool Layers::flush(std::string_view prefix) {
    bool all = true;
    for (auto& layer : layers_) all &= layer.table->flush(layer.owner, sluice::str(prefix)) == SLUICE_OK;
    return all;
}

nlohmann::json Layers::status() {
    auto list = nlohmann::json::array();
    for (auto& layer : layers_) {
        std::string text;
        (void)layer.table->status(layer.owner, &text, [](void* sink, sluice_str json) {
            *static_cast<std::string*>(sink) = sluice::view(json);
        });
        auto said = nlohmann::json::parse(text, nullptr, false);
        if (!said.is_object()) said = {{"healthy", false}, {"error", "it says nothing"}};
        said["instance"] = layer.id;
        said["left_alone"] = !isOpen(layer);
        list.push_back(std::move(said));
    }
    return list;
}

}  // namespace cache
