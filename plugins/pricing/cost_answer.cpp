#include "cost_answer.h"

#include <optional>
#include <stdexcept>

#include <nlohmann/json.hpp>
#include <sluice/json_depth.hpp>

#include "money.h"
#include "token_answer.h"

namespace pricing {
namespace {

using Json = nlohmann::json;

constexpr size_t kDepthMax = 64;
constexpr int64_t kCountMax = 1'000'000'000'000;  // of tokens and of requests: sums stay within bounds

// Nothing is answered but this.
struct Refused : std::runtime_error {
    Refused(uint32_t code, const std::string& message) : std::runtime_error(message), status(code) {}
    uint32_t status;
};

Json objectIn(std::string_view body) {
    if (sluice::nestedBeyond(body, kDepthMax))
        throw Refused(400, "the body is nested too deeply: at most 64 levels");
    Json json = Json::parse(body, nullptr, false);
    if (!json.is_object()) throw Refused(400, "the body is no JSON object");
    return json;
}

bool has(const Json& object, const char* name) { return object.contains(name) && !object[name].is_null(); }

std::string textIn(const Json& object, const char* name) {
    if (!has(object, name)) return {};
    if (!object[name].is_string())
        throw Refused(400, std::string(name) + ": found " + object[name].type_name() + "; allowed: a text");
    return object[name].get<std::string>();
}

int64_t countIn(const Json& object, const char* name, std::optional<int64_t> otherwise = 0) {
    const bool there = has(object, name);
    if (!there && otherwise) return *otherwise;
    const bool whole = there && object[name].is_number_integer();
    const bool fits = whole && object[name] >= 0 && object[name] <= kCountMax;
    if (fits) return object[name].get<int64_t>();
    const std::string found = !there ? "nothing" : whole ? object[name].dump() : object[name].type_name();
    throw Refused(400, std::string(name) + ": found " + found + "; allowed: a whole number from 0 to " +
                           std::to_string(kCountMax));
}

Json detailsIn(const Json& usage, const char* name) {
    return has(usage, name) && usage[name].is_object() ? usage[name] : Json::object();
}

// OpenAI's chat and responses, and Anthropic's messages, whose input_tokens have none of the cache's.
Usage usageIn(const Json& usage) {
    Usage out;
    const bool chat = has(usage, "prompt_tokens") || has(usage, "completion_tokens");
    const Json input = detailsIn(usage, chat ? "prompt_tokens_details" : "input_tokens_details");
    const Json output = detailsIn(usage, chat ? "completion_tokens_details" : "output_tokens_details");
    out.prompt = countIn(usage, chat ? "prompt_tokens" : "input_tokens");
    out.completion = countIn(usage, chat ? "completion_tokens" : "output_tokens");
    out.cached = countIn(input, "cached_tokens");
    out.audio_prompt = countIn(input, "audio_tokens");
    out.image_prompt = countIn(input, "image_tokens");
    out.reasoning = countIn(output, "reasoning_tokens");
    out.audio_completion = countIn(output, "audio_tokens");
    if (has(usage, "cache_read_input_tokens") || has(usage, "cache_creation_input_tokens")) {
        out.cached = countIn(usage, "cache_read_input_tokens");
        out.cache_write = countIn(usage, "cache_creation_input_tokens");
        out.cache_write_1h = countIn(detailsIn(usage, "cache_creation"), "ephemeral_1h_input_tokens");
        if (!chat) out.prompt += out.cached + out.cache_write;
    }
    return out;
}

struct Cost {
    int64_t spent = -1, list = 0, discounted = 0,
            input = 0;  // list: before discount and margin; input: of it
    std::string provider;
    Rates rates{};
};

Cost costAt(const Prices& prices, const std::string& provider, const Usage& usage,
            const Adjustments& adjustments) {
    Usage prompt = usage;
    prompt.completion = prompt.reasoning = prompt.audio_completion = 0;
    const int64_t list = costOf(prices, usage);
    return {adjustments.apply(provider, list),
            list,
            adjustments.discounted(provider, list),
            costOf(prices, prompt),
            provider,
            prices.ratesFor(usage.prompt, usage.service)};
}

// A model group's dearest deployment; else a model of the table, with its provider before a slash or without.
Cost costFor(const std::string& model, const Usage& usage, const CostSources& sources) {
    Cost dearest;
    const auto take = [&](const Prices* prices, const std::string& provider) {
        if (!prices) return;
        Cost cost = costAt(*prices, provider, usage, sources.adjustments);
        if (cost.spent > dearest.spent) dearest = std::move(cost);
    };
    const auto known = sources.deployments.ofModel(model);
    for (const auto& [deployment, name] : known)
        take(pricesOf(deployment, deployment->provider, name, sources.table), deployment->provider);
    if (known.empty()) {
        const size_t slash = model.find('/');
        const bool whole = slash == std::string::npos;
        const std::string provider = whole ? sources.table.makerOf(model) : model.substr(0, slash);
        take(sources.table.find(provider, whole ? model : model.substr(slash + 1)), provider);
        if (dearest.spent < 0 && !whole) {
            const std::string maker = sources.table.makerOf(model);  // a name with a slash in it
            take(sources.table.find(maker, model), maker);
        }
    }
    if (dearest.spent < 0)
        throw Refused(404,
                      "no price is known for " +
                          Json(model.substr(0, 200)).dump(-1, ' ', true, Json::error_handler_t::replace) +
                          ": set input_cost_per_token and output_cost_per_token");
    return dearest;
}

std::string service(const Json& response) {
    const auto found = response.find("service_tier");
    const bool text = found != response.end() && found->is_string();
    return text && (*found == "flex" || *found == "priority") ? found->get<std::string>() : std::string();
}

// Whoever serves may say what it has cost; discounts and margins count all the same.
std::optional<int64_t> providersFigure(const Json& usage) {
    for (const char* name : {"cost", "estimated_cost"}) {
        if (has(usage, name) && usage[name].is_number()) return scaled(usage[name].dump(), 12);
    }
    return std::nullopt;
}

std::string answered(int64_t pico) { return "{\"cost\":" + usdText(pico) + "}"; }

std::string ofResponse(const Json& request, const std::string& named, const CostSources& sources) {
    const Json& response = request["completion_response"];
    if (!response.is_object() || !has(response, "usage") || !response["usage"].is_object())
        throw Refused(400, "completion_response: allowed: an object with `usage`");
    const std::string model = named.empty() ? textIn(response, "model") : named;
    if (model.empty()) throw Refused(400, "model must be provided, here or in completion_response");
    const std::string tier = service(response);
    Usage usage = usageIn(response["usage"]);
    usage.service = tier;
    if (const auto figure = providersFigure(response["usage"])) {
        const auto known = sources.deployments.ofModel(model);
        const std::string provider =
            known.empty() ? sources.table.makerOf(model) : known.front().deployment->provider;
        return answered(sources.adjustments.apply(provider, *figure));
    }
    return answered(costFor(model, usage, sources).spent);
}

std::string spend(std::string_view body, const CostSources& sources) {
    const Json request = objectIn(body);
    const std::string model = textIn(request, "model");
    if (has(request, "completion_response")) return ofResponse(request, model, sources);
    if (!has(request, "messages")) throw Refused(400, "messages or completion_response must be provided");
    if (!request["messages"].is_array()) throw Refused(400, "messages must be a list");
    if (model.empty()) throw Refused(400, "model must be provided");
    Usage usage;
    usage.prompt = static_cast<int64_t>(
        messageTokens(request["messages"], model, sources.tokenizers, sources.deployments));
    return answered(costFor(model, usage, sources).spent);
}

// "daily_cost", "daily_input_cost", …; null for how many nobody has said.
void addPeriod(std::string& out, const std::string& period, const Json& request, const char* name,
               const Cost& cost) {
    const bool asked = has(request, name);
    const Wide times = asked ? countIn(request, name) : 0;
    const auto add = [&](const char* part, int64_t pico) {
        out += ",\"" + period + part + "\":" + (asked ? usdText(times * pico) : std::string("null"));
    };
    add("_cost", cost.spent);
    add("_input_cost", cost.input);
    add("_output_cost", cost.list - cost.input);
    add("_margin_cost", cost.spent - cost.discounted);
}

std::string estimate(std::string_view body, const CostSources& sources) {
    const Json request = objectIn(body);
    const std::string model = textIn(request, "model");
    if (model.empty()) throw Refused(400, "model must be provided");
    Usage usage;
    usage.prompt = countIn(request, "input_tokens", std::nullopt);
    usage.completion = countIn(request, "output_tokens", std::nullopt);
    usage.cached = countIn(request, "cache_read_input_tokens");
    usage.cache_write = countIn(request, "cache_creation_input_tokens");
    usage.reasoning = countIn(request, "reasoning_tokens");
    if (usage.cached + usage.cache_write > usage.prompt)
        throw Refused(400,
                      "cache_read_input_tokens and cache_creation_input_tokens are parts of input_tokens");
    if (usage.reasoning > usage.completion) throw Refused(400, "reasoning_tokens is a part of output_tokens");
    const Cost cost = costFor(model, usage, sources);
    Json head{{"model", model}, {"input_tokens", usage.prompt}, {"output_tokens", usage.completion}};
    for (const char* name : {"num_requests_per_day", "num_requests_per_month"})
        head[name] = has(request, name) ? Json(countIn(request, name)) : Json();
    head["provider"] = cost.provider.empty() ? Json() : Json(cost.provider);
    std::string out = head.dump(-1, ' ', false, Json::error_handler_t::replace);
    out.pop_back();
    const auto add = [&](const char* name, const std::string& number) {
        out += std::string(",\"") + name + "\":" + number;
    };
    add("cost_per_request", usdText(cost.spent));
    add("input_cost_per_request", usdText(cost.input));
    add("output_cost_per_request", usdText(cost.list - cost.input));
    add("discount_per_request", usdText(cost.list - cost.discounted));
    add("margin_cost_per_request", usdText(cost.spent - cost.discounted));
    addPeriod(out, "daily", request, "num_requests_per_day", cost);
    addPeriod(out, "monthly", request, "num_requests_per_month", cost);
    add("input_cost_per_token", decimalText(cost.rates[kInput], kPlaces));
    add("output_cost_per_token", decimalText(cost.rates[kOutput], kPlaces));
    return out + "}";
}

template <class Work>
CostAnswer answerOf(Work&& work) {
    try {
        return {200, work(), {}};
    } catch (const Refused& refused) {
        return {refused.status, {}, refused.what()};
    }
}

}  // namespace

CostAnswer calculatedSpend(std::string_view body, const CostSources& sources) {
    return answerOf([&] { return spend(body, sources); });
}

CostAnswer estimatedCost(std::string_view body, const CostSources& sources) {
    return answerOf([&] { return estimate(body, sources); });
}

}  // namespace pricing
