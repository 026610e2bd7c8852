// /fallback and /router/fields: the part of the router's settings that has routes of its own. Source:
// litellm/proxy/management_endpoints/fallback_management_endpoints.py, router_settings_endpoints.py.
#include <algorithm>

#include "json_text.h"
#include "settings.h"
#include "settings_fields.h"

namespace admin_api {
namespace {

constexpr std::pair<const char*, const char*> kTypes[]{{"general", "fallbacks"},
                                                       {"context_window", "context_window_fallbacks"},
                                                       {"content_policy", "content_policy_fallbacks"}};

const char* memberOf(const std::string& type) {
    for (const auto& [name, member] : kTypes) {
        if (type == name) return member;
    }
    throw invalid("fallback_type", Json(type.substr(0, 60)).dump(),
                  "general, context_window, content_policy");
}

std::string typeOr(const std::string& type) { return type.empty() ? "general" : type; }

Refused onlyInFile(const std::string& member) {
    return {501, "not_implemented_error",
            "Fallbacks cannot be changed over the API: change router_settings." + member +
                " in the configuration file, then POST /admin/reload or send SIGHUP"};
}

Refused notConfigured(const std::string& type, const std::string& model) {
    return {404, "not_found_error",
            "No " + type + " fallbacks configured for model " + Json(model.substr(0, 200)).dump()};
}

}  // namespace

Answer Settings::routerFields() const {
    Json fields = Json::array();
    for (const Setting& setting : routerSettings())
        fields.push_back({{"field_name", setting.name},
                          {"field_type", setting.type},
                          {"field_value", nullptr},
                          {"field_description", setting.description},
                          {"field_default", setting.otherwise},
                          {"options", nullptr},
                          {"ui_field_name", setting.name},
                          {"link", nullptr}});
    return {200, {{"fields", std::move(fields)}, {"routing_strategy_descriptions", Json::object()}}};
}

const Json* Settings::fallbackOf(const std::string& type, const std::string& model) const {
    const char* name = memberOf(type);
    const Json& all = member(section("router_settings"), name);
    if (!all.is_array()) return nullptr;
    for (const auto& one : all) {
        const auto found = one.is_object() ? one.find(model) : one.end();
        if (one.is_object() && found != one.end() && found->is_array()) return &*found;
    }
    return nullptr;
}

Answer Settings::fallback(const Asked& asked) const {
    const auto type = typeOr(asked.parameter("fallback_type"));
    const auto& model = asked.path.at("model");
    const Json* found = fallbackOf(type, model);
    if (!found || found->empty()) throw notConfigured(type, model);
    return {200, {{"model", model}, {"fallback_models", *found}, {"fallback_type", type}}};
}

// What is asked for is looked at, so that a client learns what is wrong with it before it learns the rest.
Answer Settings::createFallback(const Asked& asked) const {
    const auto type = typeOr(textIn(asked.body, "fallback_type")), model = textIn(asked.body, "model");
    const std::string member = memberOf(type);
    if (model.empty()) throw invalid("model", "nothing", "the name of a model");
    if (names_.count(model) == 0) throw notFound("Model " + Json(model).dump());
    const auto models = textsIn(asked.body, "fallback_models");
    if (models.empty()) throw invalid("fallback_models", "none", "at least one model");
    for (const auto& one : models) {
        if (one == model) throw badRequest("A model cannot be its own fallback", "fallback_models");
        if (names_.count(one) == 0)
            throw badRequest("fallback_models: there is no model " + Json(one.substr(0, 200)).dump(),
                             "fallback_models");
        if (std::count(models.begin(), models.end(), one) > 1)
            throw badRequest("fallback_models: " + Json(one.substr(0, 200)).dump() + " is there twice",
                             "fallback_models");
    }
    throw onlyInFile(member);
}

Answer Settings::removeFallback(const Asked& asked) const {
    const auto type = typeOr(asked.parameter("fallback_type"));
    const auto& model = asked.path.at("model");
    if (!fallbackOf(type, model)) throw notConfigured(type, model);
    throw onlyInFile(memberOf(type));
}

Routes Settings::fallbackRoutes() {
    const Fields type{{"fallback_type", Type::Text}};
    const char* no = "Refused: it is changed in the configuration file";
    Route remove = change("DELETE", "/fallback/{model}", Access::OtherWrite, no, {},
                          [this](const Asked& a) { return removeFallback(a); });
    remove.query = type;
    return {post("/fallback", Access::OtherWrite, no,
                 with({{"model", Type::Id}, {"fallback_models", Type::Texts}}, type),
                 [this](const Asked& a) { return createFallback(a); }),
            get("/fallback/{model}", Access::OtherRead, "Models that requests go to when this one fails",
                type, [this](const Asked& a) { return fallback(a); }),
            std::move(remove)};
}

}  // namespace admin_api
