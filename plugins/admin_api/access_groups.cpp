// Source: litellm/proxy/management_endpoints/model_access_group_management_endpoints.py.
#include "access_groups.h"

#include <algorithm>

namespace admin_api {
namespace {

constexpr const char* kKind = "access_group";
constexpr size_t kToldMax = 10;  // names in a message

// As auth_keys reads the document: LiteLLM's own member goes before ours.
std::vector<std::string> modelsOf(const Json& group) {
    return textsIn(group, isSet(group, "access_model_names") ? "access_model_names" : "models");
}

template <class Names>
std::string told(const Names& names) {
    std::string text;
    size_t count = 0;
    for (const auto& name : names) {
        if (++count > kToldMax) return text + ", …";
        text += (text.empty() ? "\"" : ", \"") + name.substr(0, 100) + "\"";
    }
    return text;
}

std::string whereConfigured(const std::string& name, const KnownModels::Configured& group) {
    return "Access group '" + name + "' is defined by model_info.access_groups of the deployments " +
           told(group.deployments) +
           ": change it there, in model_list of the configuration file and POST /admin/reload, or with "
           "POST /model/update if the model is kept in the store";
}

// Whoever may use the model of that name would get the whole group.
void checkName(const std::string& name, const KnownModels& models) {
    if (name.empty()) throw badRequest("access_group: which name?", "access_group");
    const bool word = name == "all-proxy-models" || name == "all-team-models" || name == "no-default-models";
    if (word || name.find('*') != std::string::npos)
        throw badRequest("access_group: " + Json(name.substr(0, 100)).dump() +
                             " has a meaning of its own in lists of models; allowed: any other name",
                         "access_group");
    if (models.has(name))
        throw badRequest("access_group: " + Json(name.substr(0, 100)).dump() +
                             " is the name of a model: keys with that model would get the whole group; "
                             "allowed: a name that no model has",
                         "access_group");
}

}  // namespace

std::vector<std::string> AccessGroups::modelsIn(const Asked& asked) const {
    std::vector<std::string> wanted, unknown;
    for (auto& name : textsIn(asked.body, "model_names")) {
        if (!models_.covers(name)) unknown.push_back(name);
        if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) wanted.push_back(std::move(name));
    }
    if (wanted.empty())
        throw badRequest("model_names: found none; allowed: at least one model", "model_names");
    if (!unknown.empty())
        throw badRequest("Model(s) not found: " + told(unknown) +
                             "; allowed: names that stand in model_list, and patterns such as \"openai/*\" "
                             "that fit at least one of them",
                         "model_names");
    return wanted;
}

std::optional<Document> AccessGroups::own(const std::string& name) const {
    auto document = documents_.find(kKind, name);
    if (document && !document->value.is_object()) document->value = Json::object();
    return document;
}

Document AccessGroups::toChange(const std::string& name) const {
    auto document = own(name);
    if (document) return std::move(*document);
    if (const auto* configured = models_.group(name))
        throw badRequest(whereConfigured(name, *configured), "access_group");
    throw notFound("Access group '" + name.substr(0, 100) + "'");
}

// What keys that name it may use: what the document says and what deployments say.
Json AccessGroups::shown(const std::string& name) const {
    const auto document = own(name);
    const auto* configured = models_.group(name);
    std::vector<std::string> names;
    if (document) names = modelsOf(document->value);
    if (configured) {
        for (const auto& model : configured->models) {
            if (std::find(names.begin(), names.end(), model) == names.end()) names.push_back(model);
        }
    }
    Json group{{"access_group", name},
               {"model_names", names},
               {"deployment_count", models_.deploymentsOf(accounts::Models::only(names))},
               {"definition_location", !document    ? "config"
                                       : configured ? "db, config"
                                                    : "db"}};
    if (document && isSet(document->value, "blocked")) group["blocked"] = document->value["blocked"];
    return group;
}

Answer AccessGroups::done(const std::string& name, const Json& models) const {
    const auto names = models.get<std::vector<std::string>>();
    return {200,
            {{"access_group", name},
             {"model_names", models},
             {"models_updated", models_.deploymentsOf(accounts::Models::only(names))}}};
}

Answer AccessGroups::create(const Asked& asked) {
    const std::string name = textIn(asked.body, "access_group");
    checkName(name, models_);
    const Json models = modelsIn(asked);
    if (const auto* configured = models_.group(name))
        throw Refused(409, "conflict_error", whereConfigured(name, *configured), "access_group");
    const auto before = own(name);
    if (before && !modelsOf(before->value).empty())
        throw Refused(
            409, "conflict_error",
            "Access group '" + name + "' already exists. Use PUT /access_group/{name}/update to change it",
            "access_group");
    const std::string now = timeText(host_.wallMs()), who = asked.caller.name();
    Json group{{"models", models},
               {"created_at", now},
               {"created_by", who},
               {"updated_at", now},
               {"updated_by", who}};
    documents_.write({{kKind, name, std::move(group), before ? before->version : SLUICE_STORE_NONE}},
                     "created", who);
    return done(name, models);
}

Answer AccessGroups::update(const Asked& asked) {
    const std::string& name = asked.path.at("access_group");
    Document group = toChange(name);
    const Json models = modelsIn(asked);
    group.value.erase("access_model_names");  // of an import; it would go before ours
    group.value["models"] = models;
    group.value["updated_at"] = timeText(host_.wallMs());
    group.value["updated_by"] = asked.caller.name();
    documents_.write({{kKind, name, std::move(group.value), group.version}}, "updated", asked.caller.name());
    return done(name, models);
}

Answer AccessGroups::remove(const Asked& asked) {
    const std::string& name = asked.path.at("access_group");
    const Document group = toChange(name);
    const Json models = modelsOf(group.value);
    documents_.write({{kKind, name, std::nullopt, group.version}}, "deleted", asked.caller.name());
    std::string message = "Access group '" + name + "' deleted successfully";
    if (const auto* configured = models_.group(name))
        message += "; what deployments say stays: " + told(configured->deployments);
    return {200,
            {{"access_group", name},
             {"models_updated", done(name, models).body["models_updated"]},
             {"message", message}}};
}

Answer AccessGroups::list() const {
    std::set<std::string> names;
    for (auto& name : documents_.ids(kKind, [](const std::string&, const Links&) { return true; }))
        names.insert(std::move(name));
    for (const auto& [name, group] : models_.groups()) names.insert(name);
    Json all = Json::array();
    for (const auto& name : names) all.push_back(shown(name));
    return {200, {{"access_groups", std::move(all)}}};
}

Routes AccessGroups::routes() {
    const Fields models{{"model_names", Type::Texts}};
    return {
        post("/access_group/new", Access::OtherWrite, "A name for several models",
             with({{"access_group", Type::Id}}, models), [this](const Asked& a) { return create(a); }),
        get("/access_group/list", Access::OtherRead, "Those that were made, and those that deployments name",
            {}, [this](const Asked&) { return list(); }),
        get("/access_group/{access_group}/info", Access::OtherRead, "One of them", {},
            [this](const Asked& a) {
                const auto& name = a.path.at("access_group");
                if (!own(name) && !models_.group(name))
                    throw notFound("Access group '" + name.substr(0, 100) + "'");
                return Answer{200, shown(name)};
            }),
        change("PUT", "/access_group/{access_group}/update", Access::OtherWrite, "Other models instead",
               models, [this](const Asked& a) { return update(a); }),
        change("DELETE", "/access_group/{access_group}/delete", Access::OtherWrite,
               "Takes it away: whoever names it may use nothing by it", {},
               [this](const Asked& a) { return remove(a); })};
}

}  // namespace admin_api
