// LiteLLM's routes about the cache: for those who hold the master key, but for /cache/ping.
#include <chrono>
#include <functional>

#include <sluice/json_depth.hpp>

#include "plugin.h"

namespace cache {

using Json = nlohmann::json;
using sluice::Verdict;

namespace {

enum Wanted : uint32_t { kPing, kDelete, kFlush, kSettings, kRedisInfo, kChange, kTry };

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
                                                {"GET", "/cache/redis/info", SLUICE_ROUTE_ADMIN},
                                                {"POST", "/cache/settings", SLUICE_ROUTE_ADMIN},
                                                {"POST", "/cache/settings/test", SLUICE_ROUTE_ADMIN}};
    return all;
}

// No secret is among them.
Json Plugin::settings() const {
    static const char* const kShares[] = {"tenant", "key", "user", "team", "organization", "all"};
    const Options& now = live_.now();
    Json all{{"enabled", now.enabled},
             {"mode", now.default_on ? "default_on" : "default_off"},
             {"share", kShares[static_cast<size_t>(now.share)]},
             {"namespace", now.name_space},
             {"ttl", static_cast<double>(now.ttl_ms) / 1000},
             {"upper_ttl", static_cast<double>(now.upper_ttl_ms) / 1000},
             {"routes", now.routes},
             {"max_entry_bytes", now.max_entry_bytes},
             {"wait_ms", now.wait_ms ? Json(*now.wait_ms) : Json()},
             {"single_flight", now.single_flight},
             {"store_fallbacks", now.store_fallbacks},
             {"embedding_items", now.embedding_items}};
    if (!semantic_) return all;
    const auto& options = semantic_->options();
    all["similarity_threshold"] = now.threshold.value_or(options.threshold);
    all["semantic_mode"] = now.shadow.value_or(options.shadow) ? "shadow" : "enforce";
    return all;
}

// As LiteLLM has it, current_values and fields, and the values by themselves.
Verdict Plugin::tellSettings(const sluice::Request& request) {
    Json said = settings(), fields = changeableFields();
    for (auto& field : fields)
        field["field_value"] = said.value(field["field_name"].get<std::string>(), Json());
    said["current_values"] = settings();
    said["fields"] = std::move(fields);
    said["changed"] = live_.changes();
    return tell(request, 200, said);
}

// {"cache_settings": {…}}; with `only_try` nothing changes: are they right, and are the layers well?
Verdict Plugin::changeSettings(const sluice::Request& request, bool only_try) {
    const auto refuse = [&](uint32_t status, const std::string& why) {
        sluice::Refusal refusal{why};
        refusal.http_status = status;
        return request.block(refusal);
    };
    const bool flat = !sluice::nestedBeyond(request.body(), 16);
    const Json body = flat ? Json::parse(request.body(), nullptr, false) : Json();
    if (!body.is_object() || !body.contains("cache_settings") || !body["cache_settings"].is_object())
        return refuse(400,
                      R"(cache_settings: allowed: an object of settings, {"cache_settings": {"ttl": 60}})");
    const auto merged = live_.merged(body["cache_settings"]);
    if (!merged.why.empty()) return refuse(400, merged.why);
    if (!only_try && !live_.closed().empty())
        return refuse(503, "The cache's settings cannot be changed over the API: " + live_.closed());
    sluice_status written = SLUICE_OK;
    bool healthy = true;
    const bool ran = offload(offload_, request, [&] {
        if (!only_try) written = live_.write(merged);
        if (only_try) {
            for (const auto& layer : layers_.status()) healthy &= layer.value("healthy", false);
        }
    });
    if (!ran) return busy(request);
    if (only_try)
        return tell(request, 200,
                    {{"status", healthy ? "success" : "failed"},
                     {"message", healthy ? "These settings can be used"
                                         : "A layer of the cache is not well: GET /cache/ping"}});
    if (written == SLUICE_E_CONFLICT)
        return refuse(409, "They have been changed meanwhile: read them and try again");
    if (written != SLUICE_OK) return refuse(503, "The store cannot be written to; nothing was changed");
    return tell(request, 200,
                {{"status", "success"},
                 {"message", "The settings are in use"},
                 {"settings", live_.changes()},
                 {"current_values", settings()}});
}

Verdict Plugin::handle(sluice::Request request, uint32_t route) {
    if (!live_.now().enabled)
        return request.block(
            {"The cache is off: litellm_settings.cache is false", "cache_off", "", "", "", 503});
    Json said;
    bool done = true;
    std::vector<std::string> keys;
    if (route == kSettings) return tellSettings(request);
    if (route == kChange || route == kTry) return changeSettings(request, route == kTry);
    if (route == kDelete) {
        keys = keysIn(request.body());
        if (keys.empty())
            return request.block({"keys: allowed: a list of cache keys, as x-litellm-cache-key says them"});
    }
    const std::string space = live_.now().name_space, prefix = space.empty() ? "" : space + ":";
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
        if (semantic_) answer["semantic"] = semantic_->status();
    }
    return tell(request, healthy ? 200 : 503, answer);
}

}  // namespace cache
