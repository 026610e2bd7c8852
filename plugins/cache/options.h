// How the cache is configured: by LiteLLM's litellm_settings.cache and cache_params, and by keys of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace cache {

/// Who shares answers with whom.
enum class Share { Tenant, Key, User, Team, Organization, All };

struct Options {
    bool enabled = true;
    bool default_on = true;  // false: only requests that say "use-cache"
    Share share = Share::Tenant;
    std::string name_space;
    int64_t ttl_ms = 600'000;
    int64_t upper_ttl_ms = 60'000;    // in layers above the one that had it
    std::optional<uint32_t> wait_ms;  // for each layer; nothing: 20, and 300 for an object store
    uint64_t max_entry_bytes = 1 << 20;
    bool single_flight = true;
    bool store_fallbacks = false;
    bool embedding_items = true;        // each text of a list of embeddings by itself, too
    std::string store;                  // id of an instance; empty: the only one, if there is one
    std::optional<double> threshold;    // instead of what SemanticOptions say
    std::optional<bool> shadow;         // the same
    std::vector<std::string> routes;    // "chat", "completions", …
    std::vector<std::string> backends;  // ids of instances, the nearest first; empty: the only one there is

    /// Throws sluice::ConfigError with the key's path.
    static Options read(nlohmann::json config);
};

}  // namespace cache
