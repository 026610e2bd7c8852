// LiteLLM's routes about the cache: for those who hold the master key, but for /cache/ping.
#include <chrono>
#include <functional>

#include "plugin.h"

namespace cache {

using Json = nlohmann::json;
using sluice::Verdict;

namespace {

enum Wanted : uint32_t { kPing, kDelete, kFlush, kSettings, kRedisInfo };

// On a thread that may block; false: too much is waiting there already.
bool offload(const sluice_host_offload* table, const sluice::Request& request, std::function<void()> work) {
    return table && table->run(
                        request.raw(), [](void* arg) { (*static_cast<std::function<void()>*>(arg))(); },
                        &work) == SLUICE_OK;
}

Verdict tell(const sluice::Request& request, uint32_t status, const Json& json) {
    return request.respond(status, "application/json",
                           json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Verdict busy(const sluice::Request& request) {
    return request.block({"The gateway is busy: try again", "busy", "", "", "", 503});
}

std::vector<std::string> keysIn(std::string_view body) {
    const Json given = Json::parse(body, nullptr, false);
    std::vector<std::string> keys;
    if (!given.is_object() || !given.contains("keys") || !given["keys"].is_array()) return keys;
    for (const auto& key : given["keys"]) {
        if (key.is_string() && !key.get<std::string>().empty() &&
            key.get<std::string>().size() <= SLUICE_CACHE_KEY_MAX)
            keys.push_back(key.get<std::string>());
    }
    return keys;
}

}  // namespace

const std::vector<sluice::Route>& Plugin::routes() const {
    static const std::vector<sluice::Route> all{{"GET", "/cache/ping"},
                                                {"POST", "/cache/delete", SLUICE_ROUTE_ADMIN},
                                                {"POST", "/cache/flushall", SLUICE_ROUTE_ADMIN},
                                                {"GET", "/cache/settings", SLUICE_ROUTE_ADMIN},
                                                {"GET", "/cache/redis/info", SLUICE_ROUTE_ADMIN}};
    return all;
}

Json Plugin::settings() const {
    static const char* const kShares[] = {"tenant", "key", "user", "team", "organization", "all"};
    return {{"enabled", options_.enabled},
            {"mode", options_.default_on ? "default_on" : "default_off"},
            {"share", kShares[static_cast<size_t>(options_.share)]},
            {"namespace", options_.name_space},
            {"ttl", static_cast<double>(options_.ttl_ms) / 1000},
            {"routes", options_.routes},
            {"max_entry_bytes", options_.max_entry_bytes},
            {"wait_ms", options_.wait_ms},
            {"single_flight", options_.single_flight},
            {"store_fallbacks", options_.store_fallbacks}};
}

Verdict Plugin::handle(sluice::Request request, uint32_t route) {
    if (!options_.enabled)
        return request.block(
            {"The cache is off: litellm_settings.cache is false", "cache_off", "", "", "", 503});
    Json said;
    bool done = true;
    std::vector<std::string> keys;
    if (route == kSettings) return tell(request, 200, settings());
    if (route == kDelete) {
        keys = keysIn(request.body());
        if (keys.empty())
            return request.block({"keys: allowed: a list of cache keys, as x-litellm-cache-key says them"});
    }
    const auto prefix = options_.name_space.empty() ? std::string() : options_.name_space + ":";
    const bool ran = offload(offload_, request, [&] {
        if (route == kDelete) said = {{"status", "success"}, {"deleted", layers_.remove(keys)}};
        if (route == kFlush) done = layers_.flush(prefix);
        if (route == kPing || route == kRedisInfo) said = layers_.status();
    });
    if (!ran) return busy(request);
    if (route == kDelete || route == kFlush) flights_.forget();
    if (route == kFlush && semantic_) semantic_->clear();
    if (route == kDelete) return tell(request, 200, said);
    if (route == kFlush) {
        if (!done) return request.block({"A layer of the cache could not be emptied", "", "", "", "", 503});
        return tell(request, 200, {{"status", "success"}});
    }
    bool healthy = true;
    for (const auto& layer : said) healthy &= layer.value("healthy", false);
    const auto type = said.empty() ? Json("none") : said.back().value("type", Json("unknown"));
    Json answer{
        {"status", healthy ? "healthy" : "unhealthy"}, {"cache_type", type}, {"ping_response", healthy}};
    if (request.admin()) {  // where it is and what it is called is not everybody's business
        answer["layers"] = said;
        answer["litellm_cache_params"] = settings();
    }
    return tell(request, healthy ? 200 : 503, answer);
}

}  // namespace cache
