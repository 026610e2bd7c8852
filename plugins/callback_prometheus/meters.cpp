#include "meters.h"

#include <algorithm>

namespace callback_prometheus {
namespace {

using nlohmann::json;
using sluice::view;

std::string_view orNone(sluice_str text) { return text.len > 0 ? view(text) : std::string_view("None"); }

constexpr std::string_view kLatency = "litellm_request_total_latency_metric";
constexpr std::string_view kApiLatency = "litellm_llm_api_latency_metric";
constexpr std::string_view kFirstToken = "litellm_llm_api_time_to_first_token_metric";

using Labels = std::initializer_list<std::string_view>;
const Labels kTimed{"model",           "hashed_api_key", "api_key_alias", "team",
                    "requested_model", "end_user",       "user",          "model_id"};

double seconds(int64_t us) { return static_cast<double>(std::max<int64_t>(us, 0)) / 1e6; }

}  // namespace

Meters::Meters(sluice::Host host, const Options& options) : host_(host), end_user_(options.end_user) {
    define(options);
}

void Meters::define(const Options& options) {
    const auto wanted = [&](std::string_view name) {
        return options.metrics.empty() ||
               std::find(options.metrics.begin(), options.metrics.end(), name) != options.metrics.end();
    };
    const auto counter = [&](std::string_view name, std::string_view help, Labels labels) {
        return wanted(name) ? host_.counter(std::string(name) + "_total", help, labels) : sluice::Metric();
    };
    const auto histogram = [&](std::string_view name, std::string_view help, Labels labels) {
        return wanted(name) ? host_.histogram(name, help, labels) : sluice::Metric();
    };
    const Labels who{"end_user", "hashed_api_key", "api_key_alias", "model", "team", "user"};
    const Labels asked{"end_user", "hashed_api_key", "api_key_alias", "requested_model", "team",
                       "user",     "status_code",    "route",         "model_id"};
    const Labels tokens{"end_user", "hashed_api_key", "api_key_alias",  "model",
                        "team",     "user",           "requested_model"};
    requests_ = counter("litellm_proxy_total_requests_metric", "Requests from clients", asked);
    failed_ = counter("litellm_proxy_failed_requests_metric", "Requests that clients got an error for",
                      {"end_user", "hashed_api_key", "api_key_alias", "requested_model", "team", "user",
                       "exception_status", "exception_class", "route"});
    requests_by_model_ = counter("litellm_requests_metric", "Requests that went to a model", who);
    spend_ = counter("litellm_spend_metric", "USD spent", who);
    tokens_ = counter("litellm_total_tokens_metric", "Tokens of prompts and answers", tokens);
    input_ = counter("litellm_input_tokens_metric", "Tokens of prompts", tokens);
    output_ = counter("litellm_output_tokens_metric", "Tokens of answers", tokens);
    hits_ = counter("litellm_cache_hits_metric", "Requests that the gateway's cache has answered", who);
    cached_ = counter("litellm_cached_tokens_metric", "Tokens of answers out of the gateway's cache", tokens);
    prompt_cached_ =
        counter("sluice_prompt_cached_tokens", "Tokens of prompts read from the provider's cache", tokens);
    latency_ = histogram(kLatency, "Seconds from a request's head to its last byte", kTimed);
    api_latency_ = histogram(kApiLatency, "Seconds spent waiting for providers", kTimed);
    first_token_ = histogram(kFirstToken, "Seconds to the first text of a stream", kTimed);
    overhead_ = histogram(
        "litellm_overhead_latency_metric", "Seconds that the gateway added",
        {"model_group", "api_provider", "api_base", "litellm_model_name", "hashed_api_key", "api_key_alias"});
    const Labels deployment{"litellm_model_name", "model_id", "api_base", "api_provider", "model_group"};
    per_token_ =
        histogram("litellm_deployment_latency_per_output_token", "Seconds a token of the answer", deployment);
    deployment_ok_ = counter("litellm_deployment_success_responses", "Answers that went well", deployment);
    fallbacks_ = counter("litellm_deployment_successful_fallbacks", "Requests that a fallback has answered",
                         {"requested_model", "fallback_model", "hashed_api_key", "api_key_alias", "team"});
    guard_latency_ = histogram("litellm_guardrail_latency_seconds", "Seconds in a guardrail",
                               {"guardrail_name", "status", "hook_type"});
    guard_requests_ = counter("litellm_guardrail_requests", "Calls of a guardrail",
                              {"guardrail_name", "status", "hook_type"});
    guard_errors_ = counter("litellm_guardrail_errors", "Calls of a guardrail that failed",
                            {"guardrail_name", "error_type", "hook_type"});
}

void Meters::observe(const sluice::Metric& metric, std::string_view name, Exemplars::Values values,
                     double seconds, const sluice_record& r) {
    metric.record(seconds, values);
    if (exemplars_.wanted()) exemplars_.note(name, kTimed, values, seconds, r);
}

void Meters::count(const sluice_record& r) {
    const auto user_of = end_user_ ? orNone(r.end_user) : std::string_view("None");
    const auto key = orNone(r.key_id), alias = orNone(r.key_alias), team = orNone(r.team),
               user = orNone(r.user);
    const auto asked = orNone(r.model), route = orNone(r.route), deployment = orNone(r.deployment_id);
    const auto model = r.upstream_model.len > 0 ? view(r.upstream_model) : asked;
    const std::string status = std::to_string(r.http_status);
    requests_.record(1, {user_of, key, alias, asked, team, user, status, route, deployment});
    countGuardrails(r);
    if (view(r.outcome) != "success")
        failed_.record(1, {user_of, key, alias, asked, team, user, status, orNone(r.error_class), route});
    const Labels timed{model, key, alias, team, asked, user_of, user, deployment};
    observe(latency_, kLatency, timed, seconds((r.end_ms - r.start_ms) * 1000), r);
    if (r.cache_hit != 0) {
        const uint64_t saved = r.prompt_tokens + r.completion_tokens;
        hits_.record(1, {user_of, key, alias, model, team, user});
        if (saved > 0)
            cached_.record(static_cast<double>(saved), {user_of, key, alias, model, team, user, asked});
    }
    if (r.attempts == 0) return;  // nothing has been asked of a model
    const auto group = orNone(r.model_group), base = orNone(r.api_base), provider = orNone(r.provider);
    requests_by_model_.record(1, {user_of, key, alias, model, team, user});
    observe(api_latency_, kApiLatency, timed, seconds(r.upstream_us), r);
    overhead_.record(seconds(r.overhead_us), {group, provider, base, model, key, alias});
    if (r.stream != 0 && r.first_token_ms > 0)
        observe(first_token_, kFirstToken, timed, seconds((r.first_token_ms - r.start_ms) * 1000), r);
    if (r.cost_pico_usd > 0)
        spend_.record(static_cast<double>(r.cost_pico_usd) / 1e12, {user_of, key, alias, model, team, user});
    const auto add = [&](const sluice::Metric& metric, uint64_t tokens) {
        if (tokens > 0)
            metric.record(static_cast<double>(tokens), {user_of, key, alias, model, team, user, asked});
    };
    add(tokens_, r.prompt_tokens + r.completion_tokens);
    add(input_, r.prompt_tokens);
    add(output_, r.completion_tokens);
    add(prompt_cached_, r.cached_tokens);
    if (view(r.outcome) != "success") return;
    deployment_ok_.record(1, {model, deployment, base, provider, group});
    if (r.completion_tokens > 0)
        per_token_.record(seconds((r.end_ms - r.start_ms) * 1000) / static_cast<double>(r.completion_tokens),
                          {model, deployment, base, provider, group});
    if (r.fallbacks > 0) fallbacks_.record(1, {asked, group, key, alias, team});
}

void Meters::countGuardrails(const sluice_record& r) const {
    if (r.guardrails.len == 0) return;
    const json all = json::parse(view(r.guardrails), nullptr, false);
    for (const auto& one : all.is_array() ? all : json::array()) {
        const std::string name = one.value("guardrail_name", ""), hook = one.value("guardrail_mode", "");
        const std::string status = one.value("guardrail_status", ""), verdict = one.value("verdict", "");
        if (status == "not_run") continue;
        guard_requests_.record(1, {name, status, hook});
        guard_latency_.record(one.value("duration", 0.0), {name, status, hook});
        if (status == "guardrail_failed_to_respond") guard_errors_.record(1, {name, verdict, hook});
    }
}

}  // namespace callback_prometheus
