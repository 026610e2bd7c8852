#include "plugin.h"

#include <charconv>

#include <sluice/json.hpp>

#include "money.h"
#include "token_answer.h"

namespace pricing {
namespace {

using sluice::Verdict;

constexpr size_t kUnknownMax = 1000;      // models logged one by one; clients may choose the names
constexpr size_t kInlineMax = 16 * 1024;  // a longer text would hold its loop: counted on another thread

enum Endpoint : uint32_t {
    kReload,
    kShow,
    kChange,
    kCount,
    kSpend,
    kEstimate,
    kSource,
    kSchedule,
    kUnschedule,
    kScheduleStatus,
};

Verdict succeeded(const sluice::Request& request, const std::string& message, const std::string& more = {}) {
    return request.respond(
        200, "application/json",
        "{\"message\":" + sluice::jsonQuoted(message) + ",\"status\":\"success\"" + more + "}");
}

// `hours` of "hours=6"; nothing if it is none.
std::optional<uint32_t> hoursIn(std::string_view query) {
    for (size_t at = 0; at < query.size();) {
        const auto one = query.substr(at, query.find('&', at) - at);
        at += one.size() + 1;
        if (one.substr(0, 6) != "hours=") continue;
        uint32_t hours = 0;
        const auto [end, fault] = std::from_chars(one.data() + 6, one.data() + one.size(), hours);
        const bool whole = fault == std::errc() && end == one.data() + one.size();
        return whole && hours >= 1 && hours <= Schedule::kHoursMax ? std::optional(hours) : std::nullopt;
    }
    return std::nullopt;
}

// Runs `work` on a thread that may block; where there is none to be had, here.
template <class Work>
void offloaded(const sluice_host_offload* offload, const sluice::Request& request, Work&& work) {
    using Plain = std::remove_reference_t<Work>;
    const auto call = [](void* arg) { (*static_cast<Plain*>(arg))(); };
    if (!offload || offload->run(request.raw(), call, &work) != SLUICE_OK) work();
}

Usage usageOf(const sluice::Attempt& attempt) {
    const auto tokens = [&attempt](uint32_t what) { return attempt.figure(what).value_or(0); };
    Usage usage;
    usage.prompt = tokens(SLUICE_ATTEMPT_PROMPT_TOKENS);
    usage.completion = tokens(SLUICE_ATTEMPT_COMPLETION_TOKENS);
    usage.cached = tokens(SLUICE_ATTEMPT_CACHED_TOKENS);
    usage.cache_write = tokens(SLUICE_ATTEMPT_CACHE_WRITE_TOKENS);
    usage.cache_write_1h = tokens(SLUICE_ATTEMPT_CACHE_WRITE_1H_TOKENS);
    usage.reasoning = tokens(SLUICE_ATTEMPT_REASONING_TOKENS);
    usage.audio_prompt = tokens(SLUICE_ATTEMPT_AUDIO_PROMPT_TOKENS);
    usage.audio_completion = tokens(SLUICE_ATTEMPT_AUDIO_COMPLETION_TOKENS);
    usage.image_prompt = tokens(SLUICE_ATTEMPT_IMAGE_PROMPT_TOKENS);
    return usage;
}

}  // namespace

Plugin::Plugin(std::string_view config_json, sluice::Host host)
    : host_(host),
      offload_(host.find<sluice_host_offload>(SLUICE_HOST_OFFLOAD_ID)),
      options_(readOptions(config_json)),
      routes_{{"POST", "/reload/model_cost_map", SLUICE_ROUTE_ADMIN},
              {"GET", "/model/cost_map", SLUICE_ROUTE_ADMIN},
              {"POST", "/model/cost_map", SLUICE_ROUTE_ADMIN},
              {"POST", "/utils/token_counter", 0},
              {"POST", "/spend/calculate", 0},
              {"POST", "/cost/estimate", 0},
              {"GET", "/model/cost_map/source", SLUICE_ROUTE_ADMIN},
              {"POST", "/schedule/model_cost_map_reload", SLUICE_ROUTE_ADMIN},
              {"DELETE", "/schedule/model_cost_map_reload", SLUICE_ROUTE_ADMIN},
              {"GET", "/schedule/model_cost_map_reload/status", SLUICE_ROUTE_ADMIN}},
      unknown_total_(host.counter("sluice_pricing_unknown_total",
                                  "Attempts with tokens of a model that has no price", {"provider"})),
      estimated_total_(host.counter("sluice_pricing_estimated_total",
                                    "Attempts priced by tokens that the gateway counted", {"provider"})),
      book_(options_.file, options_.models),
      schedule_(host, book_) {}

void Plugin::model_group(std::string_view name, const sluice::Deployments& deployments) {
    for (const auto* faulty : deployments_.learn(name, deployments))
        host_.warn("model group " + std::string(name) + ": " + faulty->fault +
                   "; the price table holds for that deployment");
}

const void* Plugin::interface(std::string_view id) {
    static const sluice_prices prices{
        sizeof(sluice_prices), 0,
        [](sluice_instance* self, sluice_str group, uint64_t prompt, uint64_t completion) -> int64_t {
            return reinterpret_cast<const Plugin*>(self)->estimate(sluice::view(group), prompt, completion);
        },
        [](sluice_instance* self, sluice_str group, void (*add)(void*, sluice_str, sluice_str),
           void* arg) -> sluice_status {
            const bool known = reinterpret_cast<const Plugin*>(self)->describe(
                sluice::view(group), [&](const std::string& id, const std::string& json) {
                    add(arg, sluice::str(id), sluice::str(json));
                });
            return known ? SLUICE_OK : SLUICE_E_NOT_FOUND;
        }};
    return id == SLUICE_PRICES_ID ? &prices : nullptr;
}

int64_t Plugin::estimate(std::string_view model, uint64_t prompt, uint64_t completion) const {
    Usage usage;
    usage.prompt = static_cast<int64_t>(prompt);
    usage.completion = static_cast<int64_t>(completion);
    const auto table = book_.table();
    int64_t dearest = -1;
    for (const auto& [deployment, name] : deployments_.ofModel(model)) {
        if (const Prices* prices = pricesOf(deployment, deployment->provider, name, *table))
            dearest =
                std::max(dearest, options_.adjustments.apply(deployment->provider, costOf(*prices, usage)));
    }
    return dearest;
}

bool Plugin::describe(std::string_view model,
                      const std::function<void(const std::string& id, const std::string& json)>& add) const {
    const auto table = book_.table();
    const auto all = deployments_.ofModel(model);
    for (const auto& [deployment, name] : all) {
        if (const std::string json = factsOf(*deployment, name, *table); !json.empty())
            add(deployment->id, json);
    }
    return !all.empty();
}

Verdict Plugin::on_attempt_end(sluice::Attempt attempt) {
    auto& mine = attempt.state<PerRequest>();
    const auto cost = mine.foreseen == attempt.number() ? mine.cost : costOfAttempt(attempt);
    if (!cost) return Verdict::Continue;
    (void)attempt.setCost(cost->spent);
    mine.sum.spent += cost->spent;
    mine.sum.original += cost->original;
    mine.counted = attempt.number();
    if (attempt.figure(SLUICE_ATTEMPT_USAGE_ESTIMATED) == 1) estimated_total_.record(1, {attempt.provider()});
    return Verdict::Continue;
}

// Of an answer that is not streamed the usage is known before its head goes out; it does not change until the
// attempt ends.
Verdict Plugin::on_response(sluice::Response response) {
    const sluice::Attempt attempt(response.raw());
    auto& mine = response.state<PerRequest>();
    Cost sum = mine.sum;
    if (mine.counted == 0 || mine.counted != attempt.number()) {
        const auto cost = costOfAttempt(attempt);
        if (attempt.figure(SLUICE_ATTEMPT_PROMPT_TOKENS)) {
            mine.foreseen = attempt.number();
            mine.cost = cost;
        }
        if (!cost) return Verdict::Continue;
        sum = {sum.spent + cost->spent, sum.original + cost->original};
    }
    (void)response.setResponseHeader("x-litellm-response-cost", usdText(sum.spent));
    if (sum.spent != sum.original)
        (void)response.setResponseHeader("x-litellm-response-cost-original", usdText(sum.original));
    return Verdict::Continue;
}

// The provider knows best; else the price of the deployment, else the table.
std::optional<Plugin::Cost> Plugin::costOfAttempt(const sluice::Attempt& attempt) {
    auto original = attempt.figure(SLUICE_ATTEMPT_PROVIDER_COST);
    if (!original) original = listPrice(attempt);
    if (!original) return std::nullopt;
    return Cost{options_.adjustments.apply(attempt.provider(), *original), *original};
}

std::optional<int64_t> Plugin::listPrice(const sluice::Attempt& attempt) {
    if (!attempt.figure(SLUICE_ATTEMPT_PROMPT_TOKENS)) return std::nullopt;
    Usage usage = usageOf(attempt);
    const auto service = attempt.upstreamMember("service_tier").value_or("");
    if (service == "\"flex\"" || service == "\"priority\"")
        usage.service = service.substr(1, service.size() - 2);
    const auto table = book_.table();
    const Prices* prices = pricesOf(deployments_.byId(attempt.deploymentId()), attempt.provider(),
                                    attempt.upstreamModel(), *table);
    if (prices) return costOf(*prices, usage);
    noteUnknown(attempt.provider(), attempt.upstreamModel());
    return std::nullopt;
}

void Plugin::noteUnknown(std::string_view provider, std::string_view model) {
    const std::string name = std::string(provider).append("/").append(model);
    unknown_total_.record(1, {provider});
    {
        const std::lock_guard lock(unknown_lock_);
        if (unknown_.size() >= kUnknownMax || !unknown_.insert(name).second) return;
    }
    host_.warn(
        "no price is known for " + name +
        ": its requests are booked without a cost; set input_cost_per_token and output_cost_per_token");
}

std::string Plugin::export_state() {
    return "{\"state\":2,\"changes\":" + book_.changes() + ",\"schedule\":" + schedule_.state() + "}";
}

// Earlier releases told the changes alone, in which every member is a model, and thus an object.
bool Plugin::import_state(std::string_view bytes) {
    const sluice::JsonObject state(bytes);
    const bool whole = state.member("state").value_or("") == "2";
    try {
        book_.change(whole ? state.member("changes").value_or("{}") : bytes);
        if (whole && !options_.file.empty()) schedule_.resume(state.member("schedule").value_or("{}"));
        return true;
    } catch (const sluice::ConfigError&) {
        return false;
    }
}

Verdict Plugin::handle(sluice::Request request, uint32_t route) {
    switch (route) {
        case kShow:
            return request.respond(200, "application/json", book_.table()->json());
        case kReload:
        case kChange:
            return changeTable(request, route == kReload);
        case kSpend:
        case kEstimate:
            return tellCost(request, route);
        case kSource:
            return tellSource(request);
        case kSchedule:
        case kUnschedule:
            return changeSchedule(request, route == kSchedule);
        case kScheduleStatus:
            return request.respond(200, "application/json", schedule_.status());
        default:
            return countTokens(request);
    }
}

Verdict Plugin::changeTable(const sluice::Request& request, bool reload) {
    std::string fault;
    const std::string_view body = request.body();
    offloaded(offload_, request, [&] {
        try {
            reload ? book_.reload() : book_.change(body);
        } catch (const sluice::ConfigError& error) {
            fault = error.message();
        }
    });
    if (!fault.empty()) return request.block({fault, "invalid_prices", "invalid_request_error", "", "", 400});
    if (reload) schedule_.note();
    const auto table = book_.table();
    host_.info("the price table has changed: " + std::to_string(table->entries().size()) + " models");
    return request.respond(
        200, "application/json",
        "{\"status\":\"success\",\"models_count\":" + std::to_string(table->entries().size()) + "}");
}

// Counting tokens takes time in proportion to the body.
template <class Work>
void Plugin::counted(const sluice::Request& request, Work&& work) {
    if (request.body().size() <= kInlineMax && warm_.load(std::memory_order_relaxed)) {
        work();
        return;
    }
    offloaded(offload_, request, [&] {
        warmUp();  // some twenty milliseconds, once: no loop waits for it
        warm_.store(true, std::memory_order_relaxed);
        work();
    });
}

Verdict Plugin::countTokens(const sluice::Request& request) {
    const std::string_view body = request.body();
    TokenAnswer answer;
    counted(request, [&] { answer = tokenAnswer(body, options_.tokenizers, deployments_); });
    if (!answer.warning.empty()) host_.warn(answer.warning);
    if (!answer.fault.empty())
        return request.block({answer.fault, "400", "invalid_request_error", "", "", 400});
    return request.respond(200, "application/json", answer.json);
}

Verdict Plugin::tellCost(const sluice::Request& request, uint32_t route) {
    const std::string_view body = request.body();
    CostAnswer answer;
    counted(request, [&] {
        const auto table = book_.table();
        const CostSources sources{*table, deployments_, options_.adjustments, options_.tokenizers};
        answer = route == kSpend ? calculatedSpend(body, sources) : estimatedCost(body, sources);
    });
    if (!answer.fault.empty())
        return request.block({answer.fault, std::to_string(answer.status),
                              answer.status == 404 ? "not_found_error" : "invalid_request_error", "", "",
                              answer.status});
    return request.respond(200, "application/json", answer.json);
}

// LiteLLM's "local" is a table that was not fetched; none ever is here.
Verdict Plugin::tellSource(const sluice::Request& request) const {
    const std::string file = options_.file.empty() ? "null" : sluice::jsonQuoted(options_.file);
    return request.respond(
        200, "application/json",
        "{\"source\":\"local\",\"url\":null,\"is_env_forced\":false,\"fallback_reason\":null"
        ",\"model_count\":" +
            std::to_string(book_.table()->entries().size()) + ",\"file\":" + file +
            ",\"loaded_at\":" + sluice::jsonQuoted(schedule_.loadedAt()) + "}");
}

Verdict Plugin::changeSchedule(const sluice::Request& request, bool begin) {
    const auto refuse = [&request](const std::string& why) {
        return request.block({why, "400", "invalid_request_error", "", "", 400});
    };
    if (!begin) {
        schedule_.stop();
        return succeeded(request, "Model cost map reload schedule cancelled");
    }
    if (options_.file.empty())
        return refuse("there is no file to read again: set `file` in the configuration of pricing");
    const auto hours = hoursIn(request.query());
    if (!hours)
        return refuse("hours: allowed: a whole number from 1 to " + std::to_string(Schedule::kHoursMax) +
                      ", as in ?hours=6");
    if (!schedule_.start(*hours)) return refuse("this gateway has no timer for it");
    const std::string number = std::to_string(*hours);
    return succeeded(request, "Model cost map reload scheduled for every " + number + " hours",
                     ",\"interval_hours\":" + number);
}

}  // namespace pricing

SLUICE_PLUGIN(pricing::Plugin, R"({
  "id": "pricing",
  "version": "0.1.0",
  "abi": 1,
  "description": "What requests cost: a price table, the provider's own figure, discounts and margins; /utils/token_counter",
  "interfaces": ["sluice.hooks/1", "sluice.endpoint/1", "sluice.state/1", "sluice.models/1", "sluice.prices/1"],
  "hooks": ["on_attempt_end", "on_response"],
  "activated_by": {
    "litellm_settings.cost_discount_config": "cost_discount_config",
    "litellm_settings.cost_margin_config": "cost_margin_config",
    "model_list[].litellm_params.input_cost_per_token": "deployment_prices",
    "model_list[].litellm_params.output_cost_per_token": "deployment_prices",
    "model_list[].model_info.input_cost_per_token": "deployment_prices",
    "model_list[].model_info.output_cost_per_token": "deployment_prices",
    "model_list[].model_info.base_model": "deployment_prices"
  },
  "config_schema": {
    "type": "object",
    "examples": [{"models": {"gpt-4o": {"input_cost_per_token": 0.0000025, "output_cost_per_token": 0.00001}},
                  "cost_discount_config": {"azure": 0.05}}],
    "additionalProperties": false,
    "properties": {
      "models": {"type": "object", "default": {},
                 "description": "model: prices in USD a token, over those of the table that comes with Sluice"},
      "file": {"type": "string", "default": "",
               "description": "a JSON file of models and prices; POST /reload/model_cost_map reads it again"},
      "cost_discount_config": {"type": "object", "default": {}, "description": "provider: share, 0.05 for five percent less"},
      "cost_margin_config": {"type": "object", "default": {},
                             "description": "provider or global: share, or {percentage, fixed_amount in USD}"},
      "tokenizers": {"type": "object", "default": {},
                     "description": "model, as clients name it: cl100k_base or o200k_base"},
      "deployment_prices": {"description": "anything: deployments may have prices of their own"}
    }
  }
})")
