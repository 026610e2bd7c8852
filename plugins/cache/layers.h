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
#include "live.h"

namespace cache {

class Layers {
public:
    Layers(sluice::Host host, const Live& live) : host_(host), live_(live) {}

    /// Finds them; throws sluice::ConfigError if one that is named, or the only one, is not there. [control]
    void open();

    /// Null: it is nowhere. What a lower layer has goes into those above it. [loop] [may-wait]
    /// `sure`: becomes false if one of them could not say whether it is there.
    Bytes get(sluice_ctx* ctx, const std::string& key, bool& sure);
    /// The same for several at once: in the order of `keys`, null where there is nothing. A
    /// lower layer is asked for what those above it have not.
    std::vector<Bytes> getAll(sluice_ctx* ctx, const std::vector<std::string>& keys, bool& sure);
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
        uint32_t usual_wait_ms;                // if the configuration says nothing
        std::atomic<uint32_t> failures{0};     // in a row
        std::atomic<int64_t> closed_until{0};  // milliseconds of the steady clock
    };
    struct Found {
        Bytes bytes;
        int64_t ttl_left_ms = -1;
    };
    /// What of these is there goes to `found`, at the places of `which`. True if it has said so of all.
    bool look(Layer& layer, sluice_ctx* ctx, const std::vector<std::string>& keys,
              const std::vector<size_t>& which, std::vector<Found>& found);
    bool isOpen(Layer& layer) const;
    void note(Layer& layer, bool fine);

    const sluice::Host host_;
    const Live& live_;
    std::deque<Layer> layers_;
};

}  // namespace cache
