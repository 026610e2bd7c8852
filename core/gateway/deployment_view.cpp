#include "gateway/deployment_view.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace sluice::gateway {

using Json = nlohmann::ordered_json;
using route::Health;

namespace {

// What a deployment was configured with, without what is secret: keys, and headers that may hold some.
Json publicParams(const config::Deployment& deployment) {
    Json out = Json::object();
    for (const auto& [name, value] : deployment.params.items()) {
        if (config::Secrets::handleOf(value) || config::isSecretKey(name) || name == "extra_headers")
            continue;
        out[name] = Json::parse(value.dump(-1, ' ', false, config::Json::error_handler_t::replace));
    }
    return out;
}

Json condition(const DeploymentRuntime& deployment, const Generation& generation) {
    const Health& health = *deployment.health;
    const auto now = base::Clock::now();
    const auto state = health.state(now, generation.settings().routing.cooldown);
    generation.health().turn(base::wallMillis());
    const auto minute = health.minute();
    Json out{{"state", Health::name(state)},
             {"in_flight_requests", health.in_flight.load()},
             {"requests", health.requests()},
             {"failures", health.failures()},
             {"requests_this_minute", minute.requests},
             {"tokens_this_minute", minute.tokens},
             {"latency_ms", static_cast<double>(health.latencyUs(now)) / 1000}};
    if (health.failures() > 0) out["last_error"] = route::className(health.lastFailure());
    if (const auto probe = health.lastProbe(); probe.wall_ms > 0) {
        out["connect_probe"] = {
            {"reached", probe.reached},
            {"seconds_ago", static_cast<double>(base::wallMillis() - probe.wall_ms) / 1000}};
    }
    const bool out_of_service = state == Health::State::CoolingDown || state == Health::State::Open;
    if (out_of_service) out["back_in_seconds"] = std::max(0.0, base::toMillis(health.backAt() - now) / 1000);
    return out;
}

}  // namespace

std::string health(const Generation& generation) {
    Json healthy = Json::array(), unhealthy = Json::array();
    for (const auto& deployment : generation.deployments()) {
        const auto& config = *deployment->config;
        Json entry{{"model", config.provider + "/" + config.model},
                   {"model_name", config.model_name},
                   {"model_id", config.id},
                   {"api_base", deployment->api_base}};
        entry.update(condition(*deployment, generation));
        const bool fine = entry["state"] == "serving" || entry["state"] == "recovering";
        (fine ? healthy : unhealthy).push_back(std::move(entry));
    }
    const size_t fine = healthy.size(), bad = unhealthy.size();
    return Json{{"healthy_endpoints", std::move(healthy)},
                {"unhealthy_endpoints", std::move(unhealthy)},
                {"healthy_count", fine},
                {"unhealthy_count", bad}}
        .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string modelInfo(const Generation& generation) {
    Json data = Json::array();
    for (const auto& deployment : generation.deployments()) {
        const auto& config = *deployment->config;
        Json info = Json::parse(deployment->info);
        info["id"] = config.id;
        if (!info.contains("db_model")) info["db_model"] = false;
        info["health"] = condition(*deployment, generation);
        data.push_back({{"model_name", config.model_name},
                        {"litellm_params", publicParams(config)},
                        {"model_info", std::move(info)}});
    }
    return Json{{"data", std::move(data)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sluice::gateway
