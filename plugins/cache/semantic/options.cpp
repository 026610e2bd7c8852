#include <algorithm>
#include <cctype>
#include <cstring>
#include <iterator>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "semantic/semantic.h"

namespace cache {

using Json = nlohmann::json;

namespace {

std::string text(const Json& from, const char* key, std::string otherwise = {}) {
    const auto found = from.find(key);
    return found != from.end() && found->is_string() ? found->get<std::string>() : std::move(otherwise);
}

// A secret comes as {"$secret": handle}; what stands in the clear comes as a text.
std::string secret(const Json& from, const char* key, const sluice::Host& host) {
    const auto found = from.find(key);
    if (found == from.end() || !found->is_object() || !found->contains("$secret")) return text(from, key);
    return std::string(host.reveal((*found)["$secret"].get<std::string>()).value_or(""));
}

double number(const Json& from, const char* key, double least, double most, double otherwise) {
    const auto found = from.find(key);
    if (found == from.end() || found->is_null()) return otherwise;
    const double value = found->is_number() ? found->get<double>() : least - 1;
    if (!(value >= least && value <= most))
        throw sluice::ConfigError(std::string("semantic.") + key + ": found " + found->dump() +
                                  "; allowed: " + Json(least).dump() + " to " + Json(most).dump());
    return value;
}

std::string urlOf(const Json& from, const char* key) {
    auto url = text(from, key);
    while (!url.empty() && url.back() == '/') url.pop_back();
    if (!url.empty() && url.compare(0, 7, "http://") != 0 && url.compare(0, 8, "https://") != 0)
        throw sluice::ConfigError(std::string("semantic.") + key +
                                  ": allowed: http:// or https:// and a host");
    return url;
}

// What says where Redis is and how it is asked: as cache_redis has it.
constexpr const char* kServerKeys[] = {"url",
                                       "redis_url",
                                       "host",
                                       "port",
                                       "username",
                                       "password",
                                       "db",
                                       "redis_startup_nodes",
                                       "sentinel_nodes",
                                       "service_name",
                                       "sentinel_username",
                                       "sentinel_password",
                                       "ssl",
                                       "ssl_cert_reqs",
                                       "ssl_check_hostname",
                                       "ssl_ca_certs",
                                       "ssl_certfile",
                                       "ssl_keyfile",
                                       "timeout_ms"};

// docs.litellm.ai/docs/proxy/caching: what cache_params says for the types redis-semantic and
// qdrant-semantic.
Json fromParams(const Json& params) {
    const auto type = text(params, "type");
    if (type.find("semantic") == std::string::npos) return {};
    Json own = params;
    const auto move = [&](const char* from, const char* to) {
        if (params.contains(from) && !own.contains(to)) own[to] = params[from];
    };
    move("similarity_threshold", "threshold");
    move("qdrant_semantic_cache_embedding_model", "embedding_model");
    move("redis_semantic_cache_embedding_model", "embedding_model");
    move("qdrant_collection_name", "collection");
    move("redis_semantic_cache_index_name", "redis_index");
    if (type == "qdrant-semantic") move("qdrant_api_base", "qdrant_url");
    if (type == "redis-semantic" || type == "valkey-semantic") {
        own["redis"] = Json::object();
        for (const char* key : kServerKeys) {
            if (params.contains(key)) own["redis"][key] = params[key];
        }
    }
    return own;
}

// `path`: where the keys of the server stand.
RedisIndexOptions readRedis(const Json& own, const std::string& path, const sluice::Host& host) {
    RedisIndexOptions o;
    const Json server = own.value("redis", Json());
    if (server.is_null()) return o;
    if (!server.is_object())
        throw sluice::ConfigError("semantic.redis: allowed: an object with url, or host, port, password, …");
    for (const auto& [key, value] : server.items()) {
        if (std::find(std::begin(kServerKeys), std::end(kServerKeys), key) == std::end(kServerKeys))
            throw sluice::ConfigError(path + key + ": unknown; allowed: what cache_redis knows " +
                                      "about servers: url, host, port, password, ssl, …");
    }
    if (!text(own, "qdrant_url").empty())
        throw sluice::ConfigError("semantic.redis: found with qdrant_url; allowed: one of them");
    o.on = true;
    try {
        o.server = cache_redis::readOptions(server.dump(), host);
    } catch (const sluice::ConfigError& error) {
        throw sluice::ConfigError(path + error.message());
    }
    if (o.server.database != 0)
        throw sluice::ConfigError(path + "db: found " + std::to_string(o.server.database) +
                                  "; allowed: 0, vector search knows no other database");
    o.index = text(own, "redis_index", o.index);
    const bool fits =
        !o.index.empty() && o.index.size() <= 128 && std::all_of(o.index.begin(), o.index.end(), [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) || std::strchr("_-.:", c);
        });
    if (!fits)
        throw sluice::ConfigError("semantic.redis_index: found \"" + o.index +
                                  "\"; allowed: 1 to 128 letters, digits and _ - . :");
    o.timeout_ms = static_cast<uint32_t>(number(own, "redis_timeout_ms", 1, 60'000, o.timeout_ms));
    return o;
}

}  // namespace

SemanticOptions SemanticOptions::read(std::string_view json, const sluice::Host& host) {
    const Json config = Json::parse(json);
    Json own = config.value("semantic", Json());
    const Json params = config.value("params", Json());
    bool of_params = false;  // where Redis is stands among the keys of LiteLLM
    if (!own.is_object() && params.is_object()) {
        own = fromParams(params);
        of_params = own.is_object();
        if (const Json more = params.value("semantic", Json()); more.is_object()) {
            if (!own.is_object()) own = Json::object();
            own.update(more);
            of_params = of_params && !more.contains("redis");
        }
    }
    SemanticOptions o;
    if (!own.is_object()) return o;
    o.on = own.value("enabled", true);
    const auto mode = text(own, "mode", "enforce");
    o.shadow = mode == "shadow";
    o.threshold = number(own, "threshold", 0, 1, o.threshold);
    o.entries_max =
        static_cast<size_t>(number(own, "max_entries", 1, 1e7, static_cast<double>(o.entries_max)));
    o.embedder.model = text(own, "embedding_model", "local");
    o.embedder.api_base = urlOf(own, "embedding_api_base");
    o.embedder.api_key = secret(own, "embedding_api_key", host);
    o.embedder.timeout_ms =
        static_cast<uint32_t>(number(own, "embedding_timeout_ms", 1, 60'000, o.embedder.timeout_ms));
    if (o.embedder.model != "local" && o.embedder.api_base.empty())
        throw sluice::ConfigError(
            "semantic.embedding_api_base: " + o.embedder.model +
            " is asked over OpenAI's API, so this is required: this gateway's own address, for instance");
    o.qdrant.api_base = urlOf(own, "qdrant_url");
    o.qdrant.api_key = secret(own, "qdrant_api_key", host);
    o.qdrant.collection = text(own, "collection", o.qdrant.collection);
    o.qdrant.timeout_ms =
        static_cast<uint32_t>(number(own, "qdrant_timeout_ms", 1, 60'000, o.qdrant.timeout_ms));
    o.redis = readRedis(own, of_params ? "params." : "semantic.redis.", host);
    o.journal = text(own, "index_path");
    if (o.redis.on && !o.journal.empty())
        throw sluice::ConfigError(
            "semantic.index_path: found with an index in Redis; allowed: with one in memory");
    o.samples = text(own, "samples_path");
    o.sample_rate = number(own, "sample_rate", 0, 1, o.sample_rate);
    return o;
}

}  // namespace cache
