#include "config/read_models.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/hash.h"
#include "config/known_keys.h"
#include "http/fields.h"

namespace sluice::config {
namespace {

// "openai/gpt-4o" names the provider; custom_llm_provider overrides it; a bare name belongs to OpenAI or
// Anthropic by its look.
void splitModel(const std::string& full, const std::string& custom, Deployment& deployment) {
    const size_t slash = full.find('/');
    if (!custom.empty()) {
        deployment.provider = custom;
        const bool repeated = full.compare(0, custom.size() + 1, custom + "/") == 0;
        deployment.model = repeated ? full.substr(custom.size() + 1) : full;
    } else if (slash != std::string::npos) {
        deployment.provider = full.substr(0, slash);
        deployment.model = full.substr(slash + 1);
    } else {
        if (full != "*") deployment.provider = full.compare(0, 6, "claude") == 0 ? "anthropic" : "openai";
        deployment.model = full;
    }
}

void readParams(const Tree& tree, const Json* value, Deployment& deployment, Faults& faults) {
    Section params(tree, value, childPath(deployment.path, "litellm_params"), faults);
    const auto model = params.text("model", "provider/name, for example openai/gpt-4o");
    if (!model || model->empty())
        params.fault("model", "nothing", "provider/name, for example openai/gpt-4o");
    splitModel(model.value_or(""), params.text("custom_llm_provider").value_or(""), deployment);
    (void)params.secretHandle("api_key");
    for (const char* key : {"api_base", "base_url", "api_version", "organization"}) {
        const auto text = params.text(key);
        const bool url = std::string_view(key) == "api_base" || std::string_view(key) == "base_url";
        if (text && url && text->compare(0, 7, "http://") != 0 && text->compare(0, 8, "https://") != 0) {
            params.fault(key, "the text \"" + *text + "\"", "a URL that starts with http:// or https://");
        }
    }
    if (const Json* headers = params.mapping("extra_headers")) {
        for (const auto& [name, header] : headers->items()) {
            if (!header.is_string() && !Secrets::handleOf(header))
                params.fault("extra_headers", name + " is " + describe(header), "texts");
        }
    }
    deployment.weight = params.number("weight", "a number from 0").value_or(-1);
    deployment.rpm = params.number("rpm", "requests a minute").value_or(deployment.rpm);
    deployment.tpm = params.number("tpm", "tokens a minute").value_or(deployment.tpm);
    deployment.order = params.number("order", "a number; lower is preferred").value_or(-1);
    deployment.timeout_ms = params.secondsAsMs("timeout").value_or(0);
    deployment.stream_timeout_ms = params.secondsAsMs("stream_timeout").value_or(0);
    if (const auto n = params.whole("num_retries", "a number of retries", 0, 100))
        deployment.num_retries = static_cast<uint32_t>(*n);
    if (const auto seconds = params.number("cooldown_time", "a number of seconds"))
        deployment.cooldown_ms = static_cast<uint32_t>(std::min(*seconds * 1000, 4.29e9));
    if (const auto n = params.whole("max_parallel_requests", "a number of requests", 1, 10'000'000))
        deployment.max_parallel = static_cast<uint32_t>(*n);
    deployment.input_cost = params.number("input_cost_per_token", "USD a token").value_or(-1);
    deployment.output_cost = params.number("output_cost_per_token", "USD a token").value_or(-1);
    (void)params.boolean("stream_usage");
    (void)params.any("echo");
    for (const auto key : bodyDefaultKeys()) {
        if (const Json* found = params.any(key)) deployment.body_defaults[std::string(key)] = *found;
    }
    for (const auto key : litellmParamsPluginKeys()) (void)params.any(key);
    params.knownButUnused(litellmParamsKeys());
    params.warnUnknown();
    if (value) deployment.params = *value;
}

// model_info is free; only of these keys do we ask what they are.
void readFacts(Section& info, Deployment& deployment) {
    for (const char* key : {"max_input_tokens", "max_tokens"}) {
        const Json* tokens = info.any(key);
        if (!tokens || !tokens->is_number_integer() || *tokens < 0 || deployment.max_input_tokens > 0)
            continue;
        deployment.max_input_tokens =
            static_cast<uint32_t>(std::min<uint64_t>(tokens->get<uint64_t>(), UINT32_MAX));
    }
    if (deployment.input_cost < 0)
        deployment.input_cost = info.number("input_cost_per_token", "USD a token").value_or(-1);
    if (deployment.output_cost < 0)
        deployment.output_cost = info.number("output_cost_per_token", "USD a token").value_or(-1);
}

}  // namespace

Deployment readModel(const Tree& tree, const Json& value, size_t index, Faults& faults) {
    Deployment deployment;
    deployment.path = childPath("model_list", index);
    deployment.params = deployment.info = deployment.body_defaults = Json::object();
    Section entry(tree, &value, deployment.path, faults);
    deployment.model_name = entry.text("model_name", "the name that clients use").value_or("");
    if (entry.present() && deployment.model_name.empty())
        entry.fault("model_name", "nothing", "the name that clients use");
    deployment.rpm = entry.number("rpm", "requests a minute").value_or(-1);  // old samples carry them here
    deployment.tpm = entry.number("tpm", "tokens a minute").value_or(-1);
    const Json* params = entry.mapping("litellm_params");
    if (entry.present() && !params) entry.fault("litellm_params", "nothing", "a mapping with at least model");
    if (params) readParams(tree, params, deployment, faults);
    if (const Json* info = entry.mapping("model_info")) {
        deployment.info = *info;
        Section section(tree, info, childPath(deployment.path, "model_info"), faults);
        deployment.id = section.text("id").value_or("");
        readFacts(section, deployment);
    }
    if (deployment.id.empty())
        deployment.id = base::sha256Hex(deployment.model_name + deployment.params.dump());
    // Both go into response fields.
    if (!http::isFieldValue(deployment.model_name))
        entry.fault("model_name", "a control character in it", "a name on one line");
    if (!http::isFieldValue(deployment.id))
        entry.fault("model_info.id", "a control character in it", "a name on one line");
    entry.warnUnknown();
    return deployment;
}

void readModels(const Tree& tree, std::vector<Deployment>& models, Section& root, Faults& faults) {
    const Json* list = root.list("model_list");
    if (!list) return;
    for (size_t i = 0; i < list->size(); ++i) {
        auto deployment = readModel(tree, (*list)[i], i, faults);
        const auto same = std::find_if(models.begin(), models.end(),
                                       [&](const Deployment& d) { return d.id == deployment.id; });
        if (same != models.end())
            deployment.id += fmt::format("-{}", i);  // two equal entries: two deployments all the same
        models.push_back(std::move(deployment));
    }
}

}  // namespace sluice::config
