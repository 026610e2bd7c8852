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

void settleRecord(Gateway& gateway, std::shared_ptr<const Generation> generation, const host::Chain* chain,
                  account::Record&& record) {
    if (!chain || chain->on_complete.empty()) return;
    gateway.records().push([generation = std::move(generation), chain, record = std::move(record)] {
        const bool wanted =
            std::any_of(chain->on_complete.begin(), chain->on_complete.end(),
                        [](const auto& slot) { return !slot.instance->manifest().record_fields; });
        const std::string json = wanted ? account::toJson(record) : std::string();
        const std::string attributes = account::attributesJson(record);
        const std::string guardrails = account::guardrailsJson(record);
        const sluice_record view{sizeof view,
                                 static_cast<uint32_t>(record.http_status),
                                 host::str(record.call_id),
                                 host::str(account::name(record.outcome)),
                                 host::str(record.route),
                                 host::str(record.model),
                                 host::str(json),
                                 record.start_ms,
                                 record.end_ms,
                                 record.usage.prompt_tokens,
                                 record.usage.completion_tokens,
                                 record.stream ? 1 : 0,
                                 record.usage.known ? 1 : 0,
                                 record.cost_pico_usd,
                                 record.usage.estimated ? 1 : 0,
                                 record.attempts,
                                 host::str(record.call_type),
                                 host::str(record.key_id),
                                 host::str(record.key_alias),
                                 host::str(record.tenant),
                                 host::str(record.user),
                                 host::str(record.team),
                                 host::str(record.organization),
                                 host::str(record.end_user),
                                 host::str(record.model_group),
                                 host::str(record.deployment_id),
                                 host::str(record.upstream_model),
                                 host::str(record.provider),
                                 host::str(record.api_base),
                                 host::str(record.error),
                                 host::str(record.error_class),
                                 host::str(record.client_address),
                                 host::str(record.user_agent),
                                 host::str(attributes),
                                 record.first_token_ms,
                                 record.usage.cached_tokens,
                                 record.usage.cache_creation_tokens,
                                 record.usage.reasoning_tokens,
                                 host::str(record.record_id),
                                 static_cast<int64_t>(record.upstream_ms * 1000),
                                 static_cast<int64_t>(record.overhead_ms * 1000),
                                 host::str(record.finish_reason),
                                 host::str(record.stream_end),
                                 record.retries,
                                 record.fallbacks,
                                 host::str(guardrails),
                                 host::str(record.cache_key),
                                 record.cache_hit ? 1 : 0,
                                 0,
                                 record.saved_pico_usd};
        for (const auto& slot : chain->on_complete) {
            if (slot.model_scoped && !host::appliesToModel(*slot.instance, record.model)) continue;
            slot.instance->complete(view);
        }
    });
}

}  // namespace sluice::gateway
