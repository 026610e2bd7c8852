#include "semantic/redis_words.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "request_key.h"

namespace cache {

using cache_redis::textOf;

namespace {

constexpr int kDepthMax = 8;  // of an answer that is searched for a name

std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
    return out;
}

bool isList(const redisReply& reply) { return reply.type == REDIS_REPLY_ARRAY; }

// The value behind a name in a list of names and values; null if it is not there.
const redisReply* valueOf(const redisReply& list, std::string_view name) {
    if (!isList(list)) return nullptr;
    for (size_t i = 0; i + 1 < list.elements; i += 2) {
        if (lowered(textOf(list.element[i])) == name) return list.element[i + 1];
    }
    return nullptr;
}

// The same, wherever in the lists below it stands: valkey-search has one more of them than RediSearch, and a
// description of a field may begin with words that are no pairs.
const redisReply* within(const redisReply& list, std::string_view name, int depth = 0) {
    if (!isList(list) || depth > kDepthMax) return nullptr;
    for (size_t i = 0; i < list.elements; ++i) {
        if (i + 1 < list.elements && lowered(textOf(list.element[i])) == name) return list.element[i + 1];
        if (const auto* found = within(*list.element[i], name, depth + 1)) return found;
    }
    return nullptr;
}

std::string asText(const redisReply* reply) {
    if (!reply) return {};
    if (reply->type == REDIS_REPLY_INTEGER) return std::to_string(reply->integer);
    return std::string(textOf(reply));
}

// The description of one field among `attributes`.
const redisReply* fieldOf(const redisReply& info, std::string_view name) {
    const redisReply* fields = valueOf(info, "attributes");
    if (!fields || !isList(*fields)) return nullptr;
    for (size_t i = 0; i < fields->elements; ++i) {
        const auto* identifier = valueOf(*fields->element[i], "identifier");
        if (identifier && textOf(identifier) == name) return fields->element[i];
    }
    return nullptr;
}

bool isOfType(const redisReply& field, std::string_view type) {
    return lowered(asText(valueOf(field, "type"))) == type;
}

struct Hit {
    std::string_view scope, key, text;
    double distance = -1;
    int64_t expires_ms = 0;
};

Hit hitIn(const redisReply& fields) {
    const auto text = [&](std::string_view name) {
        const auto* value = valueOf(fields, name);
        return value ? textOf(value) : std::string_view();
    };
    Hit hit{text("scope"), text("key"), text("text")};
    const auto distance = std::string(text("distance"));
    char* end = nullptr;
    const double value = std::strtod(distance.c_str(), &end);
    if (!distance.empty() && *end == 0 && std::isfinite(value)) hit.distance = std::max(value, 0.0);
    const auto expires = text("expires_ms");
    (void)std::from_chars(expires.data(), expires.data() + expires.size(), hit.expires_ms);
    return hit;
}

}  // namespace

std::string RedisNames::hashOf(std::string_view scope, std::string_view key) const {
    return prefix + keyOf({"redis", scope, key, "", "{}"}).value_or(std::string(64, '0'));
}

std::string tagLiteral(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           c == '_' || static_cast<unsigned char>(c) >= 0x80;
        if (!plain) out += '\\';
        out += c;
    }
    return out;
}

std::string blobOf(const std::vector<float>& vector) {
    // The machines that Sluice is built for are little-endian themselves.
    return std::string(reinterpret_cast<const char*>(vector.data()), vector.size() * sizeof(float));
}

Words createWords(const RedisNames& names, size_t dimensions) {
    return {"FT.CREATE",
            names.index,
            "ON",
            "HASH",
            "PREFIX",
            "1",
            names.prefix,
            "SCHEMA",
            "scope",
            "TAG",
            "vector",
            "VECTOR",
            "HNSW",
            "6",
            "TYPE",
            "FLOAT32",
            "DIM",
            std::to_string(dimensions),
            "DISTANCE_METRIC",
            "COSINE"};
}

Words infoWords(const RedisNames& names) { return {"FT.INFO", names.index}; }

Words searchWords(const RedisNames& names, std::string_view scope, const std::vector<float>& vector,
                  size_t count, uint32_t timeout_ms) {
    const std::string many = std::to_string(count);
    return {"FT.SEARCH",
            names.index,
            "(@scope:{" + tagLiteral(scope) + "})=>[KNN " + many + " @vector $v AS distance]",
            "RETURN",
            "5",
            "scope",
            "key",
            "text",
            "expires_ms",
            "distance",
            "TIMEOUT",
            std::to_string(timeout_ms),
            "LIMIT",
            "0",
            many,
            "PARAMS",
            "2",
            "v",
            blobOf(vector),
            "DIALECT",
            "2"};
}

Words hashWords(const RedisNames& names, const Answered& one) {
    return {"HSET",       names.hashOf(one.scope, one.key),
            "scope",      one.scope,
            "key",        one.key,
            "text",       one.text,
            "expires_ms", std::to_string(one.expires_ms),
            "vector",     blobOf(one.vector)};
}

Words dropWords(const RedisNames& names, bool with_hashes) {
    Words words{"FT.DROPINDEX", names.index};
    if (with_hashes) words.emplace_back("DD");
    return words;
}

// A number of results, then the name of a hash and its fields for each. The fields of a hash that expired
// meanwhile are nil.
std::optional<Neighbour> nearestIn(const redisReply& reply, std::string_view scope, int64_t now_ms) {
    std::optional<Neighbour> best;
    if (!isList(reply)) return best;
    for (size_t i = 2; i < reply.elements; i += 2) {
        const Hit hit = hitIn(*reply.element[i]);
        // The filter says so already; whose answers these are is not left to another server alone.
        if (hit.scope != scope || hit.key.empty() || hit.distance < 0 || hit.expires_ms <= now_ms) continue;
        const auto similarity = static_cast<float>(1 - hit.distance);
        if (!best || similarity > best->similarity)
            best = {std::string(hit.key), std::string(hit.text), similarity};
    }
    return best;
}

RedisFault faultOf(std::string_view error) {
    const std::string text = lowered(error);
    const auto says = [&](const char* part) { return text.find(part) != std::string::npos; };
    if (says("unknown command")) return RedisFault::NoModule;
    if (says("already exists")) return RedisFault::IsThere;
    if (says("expected size")) return RedisFault::OtherSize;
    if (says("no such index") || says("unknown index name") || says("index not found") ||
        (says("index with name") && says("not found")))
        return RedisFault::NoIndex;
    return RedisFault::Other;
}

std::string misfit(const redisReply& info, const RedisNames& names, size_t dimensions) {
    const redisReply *scope = fieldOf(info, "scope"), *vector = fieldOf(info, "vector");
    if (!scope || !vector || !isOfType(*scope, "tag") || !isOfType(*vector, "vector"))
        return "it has no fields scope (TAG) and vector (VECTOR), so something else has made it";
    const auto* prefixes = within(info, "prefixes");
    if (prefixes && isList(*prefixes) &&
        (prefixes->elements != 1 || textOf(prefixes->element[0]) != names.prefix))
        return "it is about other keys than " + names.prefix + "*";
    const auto metric = lowered(asText(within(*vector, "distance_metric")));
    if (!metric.empty() && metric != "cosine") return "its distance is " + metric + ", not cosine";
    auto size = asText(within(*vector, "dim"));
    if (size.empty()) size = asText(within(*vector, "dimensions"));
    if (!size.empty() && size != std::to_string(dimensions))
        return "its vectors have " + size + " dimensions, those of the embedding model " +
               std::to_string(dimensions);
    return {};
}

}  // namespace cache
