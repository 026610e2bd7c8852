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

struct Found {
    Bytes bytes;
    int64_t ttl_left_ms = -1;
};

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
    };
    if (options_.backends.empty()) add("");
    for (const auto& id : options_.backends) add(id);
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

Bytes Layers::get(sluice_ctx* ctx, const std::string& key) {
    const sluice_str wanted = sluice::str(key);
    for (size_t i = 0; i < layers_.size(); ++i) {
        Layer& layer = layers_[i];
        if (!isOpen(layer)) continue;
        Found found;
        const auto status =
            layer.table->get(layer.owner, ctx, &wanted, 1, options_.wait_ms, &found,
                             [](void* sink, size_t, const sluice_cache_entry* entry) {
                                 auto& into = *static_cast<Found*>(sink);
                                 into.bytes = std::make_shared<const std::string>(sluice::view(entry->value));
                                 into.ttl_left_ms = entry->ttl_left_ms;
                             });
        note(layer, status == SLUICE_OK || status == SLUICE_E_CANCELLED);
        if (!found.bytes) continue;
        const int64_t ttl = found.ttl_left_ms < 0 ? options_.upper_ttl_ms
                                                  : std::min(options_.upper_ttl_ms, found.ttl_left_ms);
        for (size_t above = 0; above < i && ttl > 0; ++above)
            (void)layers_[above].table->put(layers_[above].owner, wanted, sluice::str(*found.bytes), ttl);
        return found.bytes;
    }
    return nullptr;
}

void Layers::put(const std::string& key, std::string_view value, int64_t ttl_ms) {
    for (size_t i = 0; i < layers_.size(); ++i) {
        const bool last = i + 1 == layers_.size();
        (void)layers_[i].table->put(layers_[i].owner, sluice::str(key), sluice::str(value),
                                    last ? ttl_ms : std::min(ttl_ms, options_.upper_ttl_ms));
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
