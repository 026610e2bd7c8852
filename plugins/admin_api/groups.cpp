#include <algorithm>

#include "api.h"

namespace admin_api {
namespace {

const std::vector<Field> kMembers{
    {"members_with_roles", Type::Any}, {"admins", Type::Texts}, {"members", Type::Texts}};

std::vector<Field> joined(std::vector<Field> a, const std::vector<Field>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

std::vector<Field> withId(const Resource& resource) {
    return joined({{resource.id, Type::Text}}, resource.fields);
}

}  // namespace

const std::vector<Resource>& Groups::resources() {
    static const std::vector<Resource> all{
        {"team", "/team", "team_id", "Team",
         joined(withLimits({{"team_alias", Type::Text},
                            {"organization_id", Type::Text},
                            {"model_aliases", Type::Mapping},
                            {"team_member_budget", Type::Number},
                            {"team_member_rpm_limit", Type::Whole},
                            {"team_member_tpm_limit", Type::Whole}}),
                kMembers),
         true},
        {"user", "/user", "user_id", "User",
         withLimits({{"user_email", Type::Text},
                     {"user_alias", Type::Text},
                     {"user_role", Type::Text},
                     {"teams", Type::Texts},
                     {"organizations", Type::Texts},
                     {"auto_create_key", Type::Flag},
                     {"sso_user_id", Type::Text}}),
         true},
        {"organization", "/organization", "organization_id", "Organization",
         withLimits({{"organization_alias", Type::Text}}), true},
        {"project", "/project", "project_id", "Project",
         withLimits({{"project_alias", Type::Text}, {"team_id", Type::Text}, {"description", Type::Text}}),
         true},
        {"customer", "/customer", "user_id", "Customer",
         withLimits(
             {{"alias", Type::Text}, {"allowed_model_region", Type::Text}, {"default_model", Type::Text}}),
         false},
        {"customer", "/end_user", "user_id", "Customer",
         withLimits(
             {{"alias", Type::Text}, {"allowed_model_region", Type::Text}, {"default_model", Type::Text}}),
         false},
        {"budget", "/budget", "budget_id", "Budget", withLimits({}), true}};
    return all;
}

std::string Groups::idIn(const Resource& resource, const Json& body) const {
    const Json id = body.value(resource.id, Json());
    return id.is_string() ? id.get<std::string>() : std::string();
}

Document Groups::found(const Resource& resource, const std::string& id) const {
    if (id.empty()) throw badRequest(std::string(resource.id) + ": which one?", resource.id);
    auto document = documents_.find(resource.kind, id);
    if (!document) throw notFound(std::string(resource.word) + " " + id.substr(0, 100));
    return std::move(*document);
}

Answer Groups::create(const Resource& resource, const Asked& asked) {
    requireAdmin(asked.caller);
    Json value = readBody(asked.body, withId(resource));
    std::string id = idIn(resource, value);
    if (id.empty() && !resource.made_up_id)
        throw badRequest(std::string(resource.id) + ": expected a text", resource.id);
    if (id.empty()) id = randomText();
    const Json role = value.value("user_role", Json());
    if (role.is_string() && role != "proxy_admin" && role != "proxy_admin_viewer" &&
        role != "internal_user" && role != "internal_user_viewer" && role != "org_admin" && role != "team" &&
        role != "customer")
        throw invalid("user_role", role.dump(),
                      "proxy_admin, proxy_admin_viewer, org_admin, internal_user, internal_user_viewer, "
                      "team, customer");
    value[resource.id] = id;
    value["created_at"] = value["updated_at"] = timeText(host_.wallMs());
    value["created_by"] = asked.caller.name();
    documents_.write({{resource.kind, id, value, SLUICE_STORE_NONE}}, "created", asked.caller.name());
    return {200, std::move(value)};
}

Answer Groups::update(const Resource& resource, const Asked& asked) {
    requireAdmin(asked.caller);
    const Json body = readBody(asked.body, withId(resource));
    const std::string id = idIn(resource, body);
    Document document = found(resource, id);
    for (const auto& [name, value] : body.items()) document.value[name] = value;
    document.value["updated_at"] = timeText(host_.wallMs());
    documents_.write({{resource.kind, id, document.value, document.version}}, "updated", asked.caller.name());
    return {200, std::move(document.value)};
}

// LiteLLM's bodies: {"team_ids": []}, {"user_ids": []}, {"organization_ids": []}, {"id": "…"} of a budget.
// The keys of a team go with it: they would be keys of nobody.
Answer Groups::remove(const Resource& resource, const Asked& asked) {
    requireAdmin(asked.caller);
    const std::string many = std::string(resource.id) + "s";
    const Json body =
        readBody(asked.body, {{many.c_str(), Type::Texts}, {"id", Type::Text}, {resource.id, Type::Text}});
    std::vector<std::string> ids = body.value(many, std::vector<std::string>());
    for (const char* one : {"id", resource.id}) {
        if (body.contains(one) && body[one].is_string()) ids.push_back(body[one].get<std::string>());
    }
    if (ids.empty()) throw badRequest(many + ": which ones?", many);
    std::vector<Change> changes;
    for (const auto& id : ids) {
        changes.push_back({resource.kind, id, std::nullopt, found(resource, id).version});
        if (std::string_view(resource.kind) != "team") continue;
        documents_.each("key", [&](const std::string& key, const Json& value) {
            if (value.value("team_id", Json()) == Json(id))
                changes.push_back({"key", key, std::nullopt, SLUICE_STORE_ANY});
            return true;
        });
    }
    documents_.write(std::move(changes), "deleted", asked.caller.name());
    return {200, {{"deleted_" + many, ids}}};
}

Answer Groups::setBlocked(const Resource& resource, const Asked& asked, bool blocked) {
    requireAdmin(asked.caller);
    const std::string many = std::string(resource.id) + "s";
    const Json body = readBody(asked.body, {{resource.id, Type::Text}, {many.c_str(), Type::Texts}});
    std::vector<std::string> ids = body.value(many, std::vector<std::string>());
    if (const auto one = idIn(resource, body); !one.empty()) ids.push_back(one);
    if (ids.empty()) throw badRequest(std::string(resource.id) + ": which one?", resource.id);
    std::vector<Change> changes;
    Json all = Json::array();
    for (const auto& id : ids) {
        Document document = found(resource, id);
        document.value["blocked"] = blocked;
        all.push_back(document.value);
        changes.push_back({resource.kind, id, std::move(document.value), document.version});
    }
    documents_.write(std::move(changes), blocked ? "blocked" : "updated", asked.caller.name());
    return {200, all.size() == 1 ? Json(all[0]) : Json{{"blocked", std::move(all)}}};
}

Answer Groups::info(const Resource& resource, const Asked& asked) {
    std::string id = asked.parameter(resource.id);
    if (id.empty() && std::string_view(resource.kind) == "customer") id = asked.parameter("end_user_id");
    const bool own = (std::string_view(resource.kind) == "user" && id == asked.caller.user) ||
                     (std::string_view(resource.kind) == "team" && id == asked.caller.team);
    if (!asked.caller.admin && (!own || id.empty())) throw forbidden("You are not allowed to access this");
    Document document = found(resource, id);
    const std::string info = std::string(resource.kind) + "_info";
    return {200, {{resource.id, id}, {info, std::move(document.value)}}};
}

Answer Groups::list(const Resource& resource, const Asked& asked) {
    requireAdmin(asked.caller);
    Json all = Json::array();
    documents_.each(resource.kind, [&](const std::string&, Json value) {
        all.push_back(std::move(value));
        return true;
    });
    return {200, std::move(all)};
}

}  // namespace admin_api
