// The places where answers are kept, the nearest first: instances with sluice.cache/1. A place that is slow
// costs its deadline, and one that fails several times in a row is left alone for a while.
#pragma once

#include <atomic>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "flights.h"
#include "options.h"

namespace cache {

class Layers {
public:
    Layers(sluice::Host host, const Options& options) : host_(host), options_(options) {}

    /// Finds them; throws sluice::ConfigError if one that is named, or the only one, is not there. [control]
    void open();

    /// Null: it is nowhere. What a lower layer has goes into those above it. [loop] [may-wait]
    Bytes get(sluice_ctx* ctx, const std::string& key);
    void put(const std::string& key, std::string_view value, int64_t ttl_ms);

    /// [offload]
    uint64_t remove(const std::vector<std::string>& keys);
    bool flush(std::string_view prefix);
    nlohmann::json status();

private:
    struct Layer {
        std::string id;
        const sluice_cache* table;
        sluice_instance* owner;
        std::atomic<uint32_t> failures{0};     // in a row
        std::atomic<int64_t> closed_until{0};  // milliseconds of the steady clock
    };
    bool isOpen(Layer& layer) const;
    void note(Layer& layer, bool fine);

    const sluice::Host host_;
    const Options& options_;
    std::deque<Layer> layers_;
};

}  // namespace cache
