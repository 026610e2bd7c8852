#include "gateway/local_answers.h"

#include <algorithm>

#include "gateway/deployment_view.h"

#include <nlohmann/json.hpp>

namespace sluice::gateway {

using Json = nlohmann::ordered_json;

namespace {

// The shape of platform.openai.com/docs/api-reference/models; created is LiteLLM's constant.
Json modelObject(const std::string& name) {
    return {{"id", name}, {"object", "model"}, {"created", 1677610602}, {"owned_by", "openai"}};
}

LocalAnswer asJson(std::string body) {
    LocalAnswer answer;
    answer.body = std::move(body);
    return answer;
}

LocalAnswer models(const Generation& generation) {
    Json list = Json::array();
    for (const auto& name : generation.models().names()) list.push_back(modelObject(name));
    LocalAnswer answer;
    answer.body = Json{{"data", std::move(list)}, {"object", "list"}}.dump();
    return answer;
}

LocalAnswer model(const std::string& name, const Generation& generation) {
    LocalAnswer answer;
    if (generation.models().visible(name)) {
        answer.body = modelObject(name).dump();
    } else {
        answer.error = {404, "", "", "The model `" + name + "` does not exist", "model"};
    }
    return answer;
}

LocalAnswer readiness(const Generation& generation, const Gateway& gateway) {
    LocalAnswer answer;
    answer.status = gateway.draining() ? 503 : 200;
    Json callbacks = Json::array();
    for (const auto& instance : generation.instances()) {
        if (instance->hooks() && SLUICE_HAS(instance->hooks(), on_complete))
            callbacks.push_back(instance->id());
    }
    answer.body = Json{{"status", gateway.draining() ? "draining" : "healthy"},
                       {"db", "Not connected"},
                       {"cache", nullptr},
                       {"litellm_version", std::string(kVersion)},
                       {"success_callbacks", std::move(callbacks)},
                       {"in_flight_requests", gateway.inFlight()}}
                      .dump();
    return answer;
}

}  // namespace

LocalAnswer localAnswer(const llm::RouteMatch& match, const Generation& generation, const Gateway& gateway) {
    switch (match.operation) {
        case llm::Operation::Models:
            return models(generation);
        case llm::Operation::Model:
            return model(match.model, generation);
        case llm::Operation::ModelInfo:
            return asJson(modelInfo(generation));
        case llm::Operation::Health:
            return asJson(health(generation));
        case llm::Operation::HealthReadiness:
            return readiness(generation, gateway);
        default:
            break;
    }
    LocalAnswer alive;
    alive.body = "\"I'm alive!\"";
    return alive;
}

}  // namespace sluice::gateway
