// Source: litellm/proxy/proxy_server.py, router_settings_endpoints.py, callback_management_endpoints.py.
#include "settings.h"

#include <algorithm>

#include "json_text.h"
#include "redaction.h"
#include "settings_fields.h"

namespace admin_api {
namespace {

constexpr const char* kGeneral = "general_settings";
constexpr const char* kLitellm = "litellm_settings";
constexpr const char* kRouter = "router_settings";

Answer onlyInFile(const std::string& what, const std::string& instead) {
    throw Refused(501, "not_implemented_error",
                  what + " cannot be changed over the API: change " + instead +
                      " in the configuration file, then POST /admin/reload or send SIGHUP");
}

Json fieldOf(const Setting& setting, const Json& section) {
    return {{"field_name", setting.name},
            {"field_type", setting.type},
            {"field_description", setting.description},
            {"field_value", member(section, setting.name)},
            {"stored_in_db", false},
            {"field_default_value", setting.otherwise}};
}

Json parsed(std::string_view json) {
    Json value = Json::parse(json, nullptr, false);
    return value.is_object() ? value : Json::object();
}

}  // namespace

void Settings::open(const Json& show) {
    for (const auto& [name, value] : show.items()) {
        if (value.is_object()) sections_[name] = redacted(value);
    }
}

Json shownDeployment(std::string_view model_name, const sluice::ModelDeployment& deployment) {
    Json entry{{"model_name", model_name},
               {"litellm_params", parsed(deployment.params())},
               {"model_info", parsed(deployment.info())}};
    entry["model_info"].erase("id");
    entry = redacted(entry);
    const std::string id(deployment.id());
    const bool hash = id.size() == 64 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
    entry["model_info"]["id"] = hash || !looksSecret(id) ? id : kRedacted;
    return entry;
}

// An alias is told of as a group is: its deployments come under both names.
void Settings::learn(std::string_view name, const sluice::Deployments& deployments) {
    names_.emplace(name);
    for (size_t i = 0; i < deployments.size(); ++i) models_.push_back(shownDeployment(name, deployments[i]));
}

const Json& Settings::section(const char* name) const {
    const auto found = sections_.find(name);
    if (found != sections_.end()) return *found;
    const std::string text = name;
    throw Refused(501, "not_implemented_error",
                  "The host does not show plugins the configuration: hand " + text + " over with `show: {" +
                      text +
                      ": *NAME}` in the configuration of admin_api, where &NAME stands at "
                      "the section");
}

std::vector<std::string> Settings::namesIn(const char* section_name, const char* member_name) const {
    return textsIn(section(section_name), member_name);
}

Answer Settings::list(const Asked& asked) const {
    const std::string type = asked.parameter("config_type");
    if (type != kGeneral)
        throw invalid("config_type", type.empty() ? "nothing" : Json(type).dump().substr(0, 60), kGeneral);
    Json all = Json::array();
    for (const auto* settings : {&generalSettings(), &alertingSettings()}) {
        for (const Setting& setting : *settings) all.push_back(fieldOf(setting, section(kGeneral)));
    }
    return {200, std::move(all)};
}

Answer Settings::field(const Asked& asked) const {
    const std::string name = asked.parameter("field_name");
    const Json& general = section(kGeneral);
    for (const auto* settings : {&generalSettings(), &alertingSettings()}) {
        for (const Setting& setting : *settings) {
            if (name == setting.name)
                return {
                    200,
                    {{"field_name", name}, {"field_value", member(general, name)}, {"stored_in_db", false}}};
        }
    }
    throw badRequest(
        "field_name: " + Json(name).dump().substr(0, 100) +
            " is no field that is shown; GET /config/list?config_type=general_settings lists them",
        "field_name");
}

Answer Settings::router() const {
    const Json& settings = section(kRouter);
    Json fields = Json::array();
    for (const Setting& setting : routerSettings()) {
        Json one = fieldOf(setting, settings);
        one["field_default"] = one["field_default_value"];
        one["ui_field_name"] = setting.name;
        fields.push_back(std::move(one));
    }
    return {200,
            {{"fields", std::move(fields)},
             {"current_values", settings},
             {"routing_strategy_descriptions", Json::object()}}};
}

Answer Settings::alerting() const {
    Json all = Json::array();
    for (const Setting& setting : alertingSettings()) {
        Json one = fieldOf(setting, section(kGeneral));
        one["premium_field"] = false;
        all.push_back(std::move(one));
    }
    return {200, std::move(all)};
}

// {"name", "variables", "type"}: the variables are credentials, and stay where they are.
Answer Settings::callbacks() const {
    Json all = Json::array(), alerts = Json::array();
    for (const auto& [name, type] :
         {std::pair("success_callback", "success"), std::pair("failure_callback", "failure"),
          std::pair("callbacks", "success_and_failure")}) {
        for (const auto& callback : namesIn(kLitellm, name))
            all.push_back({{"name", callback}, {"variables", Json::object()}, {"type", type}});
    }
    const auto general = sections_.find(kGeneral), router = sections_.find(kRouter);
    if (general != sections_.end()) {
        for (const auto& name : textsIn(*general, "alerting"))
            alerts.push_back({{"name", name},
                              {"variables", Json::object()},
                              {"active_alerts", textsIn(*general, "alert_types")}});
    }
    return {200,
            {{"status", "success"},
             {"callbacks", std::move(all)},
             {"alerts", std::move(alerts)},
             {"router_settings", router == sections_.end() ? Json::object() : *router}}};
}

Answer Settings::active() const {
    const auto both = namesIn(kLitellm, "callbacks"), success = namesIn(kLitellm, "success_callback"),
               failure = namesIn(kLitellm, "failure_callback");
    std::vector<std::string> all;
    for (const auto* names : {&both, &success, &failure}) {
        for (const auto& name : *names) {
            if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
        }
    }
    const auto general = sections_.find(kGeneral);
    const auto alerting =
        general == sections_.end() ? std::vector<std::string>() : textsIn(*general, "alerting");
    return {200,
            {{"alerting", alerting},
             {"litellm.callbacks", both},
             {"litellm.success_callback", success},
             {"litellm.failure_callback", failure},
             {"all_litellm_callbacks", all},
             {"num_callbacks", all.size()},
             {"num_alerting", alerting.size()},
             {"litellm.request_timeout", member(section(kLitellm), "request_timeout")}}};
}

Answer Settings::byType() const {
    return {200,
            {{"success", namesIn(kLitellm, "success_callback")},
             {"failure", namesIn(kLitellm, "failure_callback")},
             {"success_and_failure", namesIn(kLitellm, "callbacks")}}};
}

// JSON is YAML.
Answer Settings::whole() const {
    Json all{{"model_list", models_}};
    for (const auto& [name, value] : sections_.items()) all[name] = value;
    return {200, std::move(all)};
}

Routes Settings::callbackRoutes() {
    const auto call = [this](Answer (Settings::*method)() const) {
        return [this, method](const Asked&) { return (this->*method)(); };
    };
    return {
        get("/get/config/callbacks", Access::OtherRead, "Callbacks, alerts and how requests are routed", {},
            call(&Settings::callbacks)),
        get("/callbacks/list", Access::OtherRead, "Callbacks by what they are told of", {},
            call(&Settings::byType)),
        get("/settings", Access::OtherRead, "The same as /active/callbacks", {}, call(&Settings::active)),
        get("/router/fields", Access::OtherRead, "What /router/settings tells of, without values", {},
            call(&Settings::routerFields)),
        get("/active/callbacks", Access::OtherRead, "Callbacks and alerts by LiteLLM's lists", {},
            call(&Settings::active)),
        get("/router/settings", Access::OtherRead, "How requests are routed", {}, call(&Settings::router)),
        get("/alerting/settings", Access::OtherRead, "Who is told of what", {}, call(&Settings::alerting)),
        get("/config/yaml", Access::OtherRead, "The models and the sections that are shown, without secrets",
            {}, call(&Settings::whole))};
}

// What is asked for is looked at, so that a client learns what is wrong with it before it learns the rest.
Routes Settings::changeRoutes() {
    const auto refuse = [](std::string what, std::string instead) {
        return [what = std::move(what), instead = std::move(instead)](const Asked&) {
            return onlyInFile(what, instead);
        };
    };
    const Fields field{{"field_name", Type::Id}, {"config_type", Type::Text}};
    const Fields sections{{"general_settings", Type::Mapping}, {"router_settings", Type::Mapping},
                          {"litellm_settings", Type::Mapping}, {"environment_variables", Type::TextMap},
                          {"alert_types", Type::Texts},        {"alert_to_webhook_url", Type::Mapping},
                          {"alerting", Type::Texts},           {"model_list", Type::Any}};
    const char* no = "Refused: it is changed in the configuration file";
    return {
        post("/config/update", Access::OtherWrite, no, sections,
             refuse("The configuration",
                    "its sections (models: POST /model/new; guardrails: POST /guardrails)")),
        post("/config/field/update", Access::OtherWrite, no, with(field, {{"field_value", Type::Any}}),
             refuse("general_settings", "the field")),
        post("/config/field/delete", Access::OtherWrite, no, field, refuse("general_settings", "the field")),
        post("/config/pass_through_endpoint", Access::OtherWrite, no, {{"*", Type::Any}},
             refuse("general_settings.pass_through_endpoints", "general_settings")),
        post("/config/callback/delete", Access::OtherWrite, no, {{"callback_name", Type::Id}},
             refuse("Callbacks", "callbacks, success_callback or failure_callback of litellm_settings")),
        change("PATCH", "/config/cost_discount_config", Access::OtherWrite, no, {{"*", Type::Number}},
               refuse("cost_discount_config", "litellm_settings.cost_discount_config")),
        change("PATCH", "/config/cost_margin_config", Access::OtherWrite, no, {{"*", Type::Any}},
               refuse("cost_margin_config", "litellm_settings.cost_margin_config"))};
}

Routes Settings::routes() {
    const auto values = [this](const char* name) {
        return [this, name](const Asked&) {
            const Json& found = member(section(kLitellm), name);
            return Answer{200, {{"values", found.is_object() ? found : Json::object()}}};
        };
    };
    Routes all{get("/config/list", Access::OtherRead, "Fields of general_settings that are acted upon",
                   {{"config_type", Type::Text}}, [this](const Asked& a) { return list(a); }),
               get("/config/field/info", Access::OtherRead, "One of them", {{"field_name", Type::Text}},
                   [this](const Asked& a) { return field(a); }),
               get("/config/cost_discount_config", Access::OtherRead, "Shares taken off, by provider", {},
                   values("cost_discount_config")),
               get("/config/pass_through_endpoint", Access::OtherRead,
                   "Pass-through endpoints: there are none", {{"endpoint_id", Type::Text}},
                   [](const Asked&) {
                       return Answer{200, {{"endpoints", Json::array()}}};
                   }),
               get("/config/cost_margin_config", Access::OtherRead, "Shares and amounts added, by provider",
                   {}, values("cost_margin_config"))};
    for (const Routes& more : {callbackRoutes(), changeRoutes(), fallbackRoutes()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace admin_api
