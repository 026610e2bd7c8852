#include "model_catalog.h"

#include <algorithm>
#include <cctype>

#include <sluice/glob.hpp>

#include "json_text.h"
#include "settings.h"

namespace admin_api {
namespace {

constexpr const char* kCapabilities[]{"supports_vision",           "supports_web_search",
                                      "supports_url_context",      "supports_reasoning",
                                      "supports_function_calling", "supports_parallel_function_calling"};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool startsWith(const std::string& text, std::string_view start) {
    return text.compare(0, start.size(), start) == 0;
}

// Numbers, and yes or no: nothing that could be anybody's secret.
bool isFact(const std::string& name, const Json& value) {
    if (startsWith(name, "supports_")) return value.is_boolean();
    const bool figure = name.find("_cost_per_") != std::string::npos ||
                        name.find("_token_cost") != std::string::npos || startsWith(name, "max_") ||
                        name == "tpm" || name == "rpm" || name == "output_vector_size";
    return figure && value.is_number();
}

Json factsIn(std::string_view json, Json facts) {
    const Json given = Json::parse(json, nullptr, false);
    if (!given.is_object()) return facts;
    for (const auto& [name, value] : given.items()) {
        if (isFact(name, value)) facts[name] = value;
    }
    return facts;
}

// `into` without what is there already.
void fill(Json& into, const Json& facts) {
    for (const auto& [name, value] : facts.items()) {
        if (!into.contains(name)) into[name] = value;
    }
}

}  // namespace

void ModelCatalog::start() {
    const auto found = host_.service(SLUICE_PRICES_ID);
    if (!found) return;
    const auto* prices = static_cast<const sluice_prices*>(found->table);
    if (!SLUICE_HAS(prices, describe)) return;  // an older plugin
    prices_ = prices;
    prices_self_ = found->owner;
}

void ModelCatalog::learn(std::string_view name, const sluice::Deployments& deployments) {
    auto& all = groups_[std::string(name)];
    all.clear();
    for (size_t i = 0; i < deployments.size(); ++i) {
        const auto one = deployments[i];
        Json said = factsIn(one.params(), factsIn(one.info(), Json::object()));
        Json shown = shownDeployment(name, one);
        // What speaks of tokens has been taken for a secret there.
        for (const auto& [member, value] : said.items()) {
            shown["model_info"][member] = value;
            if (shown["litellm_params"].contains(member)) shown["litellm_params"][member] = value;
        }
        if (const auto mode = textIn(shown["model_info"], "mode"); !mode.empty()) said["mode"] = mode;
        all.push_back(
            {std::string(one.id()), std::string(one.provider()), std::move(shown), std::move(said)});
    }
}

ModelCatalog::Facts ModelCatalog::factsOf(const std::string& name) const {
    Facts facts;
    if (!prices_) return facts;
    (void)prices_->describe(
        prices_self_, sluice::str(name),
        [](void* sink, sluice_str id, sluice_str json) {
            Json entry = Json::parse(sluice::view(json), nullptr, false);
            if (entry.is_object())
                (*static_cast<Facts*>(sink))[std::string(sluice::view(id))] = std::move(entry);
        },
        &facts);
    return facts;
}

Answer ModelCatalog::list(const Asked& asked) const {
    const Page page = pageOf(asked, "size", 50, 1000);
    const auto may_use = access_.of(asked.caller);
    const auto model = asked.parameter("model"), id = asked.parameter("modelId");
    const auto part = lower(asked.parameter("search"));
    size_t total = 0;
    Json data = Json::array();
    for (const auto& [name, deployments] : groups_) {
        if (!model.empty() && name != model) continue;
        if (lower(name).find(part) == std::string::npos || !may_use(name)) continue;
        Facts facts;
        bool asked_for_facts = false;
        for (const Deployment& one : deployments) {
            if (!id.empty() && one.id != id) continue;
            if (!page.holds(total++)) continue;
            if (!asked_for_facts) facts = factsOf(name);
            asked_for_facts = true;
            data.push_back(one.shown);
            Json& info = data.back()["model_info"];
            if (const auto found = facts.find(one.id); found != facts.end()) fill(info, found->second);
        }
    }
    return {200,
            {{"data", std::move(data)},
             {"total_count", total},
             {"current_page", page.number},
             {"total_pages", page.pagesOf(total)},
             {"size", page.size}}};
}

// Of several deployments the largest window and the highest price count, their limits add up, and the group
// can do what one of them can, as at LiteLLM.
Json ModelCatalog::groupInfo(const std::string& name, const std::vector<Deployment>& deployments) const {
    Json group{{"model_group", name}, {"providers", Json::array()}};
    for (const char* figure : {"max_input_tokens", "max_output_tokens", "input_cost_per_token",
                               "output_cost_per_token", "mode", "tpm", "rpm"})
        group[figure] = nullptr;
    for (const char* capability : kCapabilities) group[capability] = false;
    const Facts facts = factsOf(name);
    for (const Deployment& one : deployments) {
        Json& providers = group["providers"];
        if (std::find(providers.begin(), providers.end(), one.provider) == providers.end())
            providers.push_back(one.provider);
        Json all = one.said;
        if (const auto found = facts.find(one.id); found != facts.end()) fill(all, found->second);
        for (const auto& [member, value] : all.items()) {
            if (!isFact(member, value) && member != "mode") continue;
            Json& into = group[member];
            const bool limit = member == "tpm" || member == "rpm";
            if (into.is_null())
                into = value;
            else if (limit && into.is_number_integer() && value.is_number_integer())
                into = into.get<int64_t>() + value.get<int64_t>();
            else if (limit)
                into = into.get<double>() + value.get<double>();
            else if (value.is_boolean())
                into = into.get<bool>() || value.get<bool>();
            else if (value.is_number() && into.is_number() && into.get<double>() < value.get<double>())
                into = value;
        }
    }
    return group;
}

Answer ModelCatalog::groups(const Asked& asked) const {
    const auto may_use = access_.of(asked.caller);
    const auto wanted = asked.parameter("model_group");
    Json data = Json::array();
    for (const auto& [name, deployments] : groups_) {
        if (!wanted.empty() && name != wanted) continue;
        if (may_use(name)) data.push_back(groupInfo(name, deployments));
    }
    // A name that only a pattern serves.
    for (auto pattern = groups_.begin(); !wanted.empty() && pattern != groups_.end(); ++pattern) {
        const bool serves = groups_.count(wanted) == 0 && pattern->first.find('*') != std::string::npos &&
                            sluice::matchesGlob(pattern->first, wanted);
        if (serves && data.empty() && may_use(wanted)) data.push_back(groupInfo(wanted, pattern->second));
    }
    return {200, {{"data", std::move(data)}}};
}

Routes ModelCatalog::routes() {
    return {
        get("/v2/model/info", Access::ModelRead, "Deployments of the models that the key may use, by pages",
            {{"model", Type::Text},
             {"modelId", Type::Text},
             {"search", Type::Text},
             {"page", Type::Whole},
             {"size", Type::Whole}},
            [this](const Asked& a) { return list(a); }),
        get("/model_group/info", Access::ModelRead,
            "The models that the key may use: windows, prices, limits, capabilities",
            {{"model_group", Type::Text}}, [this](const Asked& a) { return groups(a); })};
}

}  // namespace admin_api
