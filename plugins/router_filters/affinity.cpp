#include "affinity.h"

#include <functional>
#include <string>

#include "json_cursor.h"

namespace router_filters {
namespace {

uint64_t mixed(uint64_t a, uint64_t b) {
    uint64_t z = (a ^ (b + 0x9e3779b97f4a7c15 + (a << 6) + (a >> 2))) * 0xbf58476d1ce4e5b9;
    return z ^ (z >> 31);
}

uint64_t hashOf(std::string_view text) { return std::hash<std::string_view>()(text); }

// Another tenant's session of the same name is another session.
uint64_t keyOf(std::string_view kind, const sluice::Request& request, std::string_view name) {
    return mixed(mixed(hashOf(kind), hashOf(request.tenant())), mixed(hashOf(request.model()), hashOf(name)));
}

void addBoth(uint64_t key, AffinityKeys& keys) {
    keys.ask.push_back(key);
    keys.remember.push_back(key);
}

}  // namespace

void addPromptKeys(const Prompt& prompt, std::string_view model, AffinityKeys& keys) {
    const uint64_t of_model = mixed(hashOf("prompt"), hashOf(model));
    const auto cacheable = [](const Prefix& p) {
        return p.text_bytes >= kCachedTokensMin * Prompt::kBytesPerToken;
    };
    const size_t shortest = prompt.messages < Prompt::kPrefixes ? 1 : prompt.messages - Prompt::kPrefixes + 1;
    for (size_t i = prompt.messages; i >= shortest && i > 0; --i) {
        const Prefix& prefix = prompt.at(i);
        if (!cacheable(prefix)) break;  // those before it are shorter still
        const uint64_t key = mixed(of_model, prefix.hash);
        keys.ask.push_back(key);
        const bool shared = prompt.cached > 0 ? i == prompt.cached : i + 1 == prompt.messages;
        if (i == prompt.messages || shared) keys.remember.push_back(key);
    }
    // A mark that is further back than the ring reaches.
    if (prompt.cached == 0 || prompt.cached >= shortest || !cacheable(prompt.cached_prefix)) return;
    addBoth(mixed(of_model, prompt.cached_prefix.hash), keys);
}

void addSessionKey(const sluice::Request& request, AffinityKeys& keys) {
    if (const auto field = request.header("x-litellm-session-id"); field && !field->empty())
        return addBoth(keyOf("session", request, *field), keys);
    const auto metadata = request.member("metadata");
    const auto inner = metadata ? memberOf(*metadata, "session_id") : std::nullopt;
    if (inner && inner->size() > 2 && inner->front() == '"') addBoth(keyOf("session", request, *inner), keys);
}

void addCallerKey(const sluice::Request& request, AffinityKeys& keys) {
    const auto key = request.keyId();
    if (!key.empty()) addBoth(keyOf("key", request, key), keys);
}

AffinityKeys Affinity::keysOf(const sluice::Request& request, const Prompt& prompt) const {
    AffinityKeys keys;
    if (options_.session_affinity) addSessionKey(request, keys);
    if (options_.prompt_affinity) addPromptKeys(prompt, request.model(), keys);
    if (options_.key_affinity) addCallerKey(request, keys);
    return keys;
}

void Affinity::prefer(const AffinityKeys& keys, int64_t now_ms, Choice& choice) const {
    for (const uint64_t key : keys.ask) {
        const auto served = table_.find(key, now_ms);
        if (!served) continue;
        for (const auto& option : choice.options()) {
            if (!option.available ||
                !(Served{option.candidate.deployment().value_or(0), option.facts->id_hash} == *served))
                continue;
            (void)option.candidate.prefer();
            return;
        }
    }
}

void Affinity::succeeded(const AffinityKeys& keys, const Served& served, int64_t now_ms) {
    for (const uint64_t key : keys.remember) table_.put(key, served, now_ms + options_.affinity_ttl_ms);
}

void Affinity::failed(const AffinityKeys& keys, const Served& served) {
    for (const uint64_t key : keys.ask) table_.forget(key, served);
}

}  // namespace router_filters
