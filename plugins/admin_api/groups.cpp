#include "groups.h"

#include <algorithm>

#include "bounds.h"
#include "json_text.h"
#include "keys.h"
#include "member_permissions.h"

namespace admin_api {
namespace {

constexpr size_t kManyMax = 500;

void checkUserRole(const Json& value) {
    static const std::set<std::string> kAll{
        "proxy_admin", "proxy_admin_viewer", "internal_user", "internal_user_viewer", "org_admin", "team",
        "customer"};
    const auto role = textIn(value, "user_role");
    if (isSet(value, "user_role") && kAll.count(role) == 0)
        throw invalid("user_role",
                      value["user_role"].dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 60),
                      "proxy_admin, proxy_admin_viewer, org_admin, internal_user, internal_user_viewer, "
                      "team, customer");
}

void requireSmallRole(const Json& wishes) {
    const auto role = textIn(wishes, "user_role");
    if (!role.empty() && role != "internal_user" && role != "internal_user_viewer")
        throw forbidden("user_role: allowed: internal_user, internal_user_viewer");
}

}  // namespace

bool Groups::runs(const Resource& resource, const Caller& caller, const std::string& id) const {
    if (caller.admin()) return true;
    if (resource.is("team")) return rights_.runsTeam(caller, id);
    return resource.is("user") && rights_.runsUser(caller, id);
}

std::string Groups::idIn(const Resource& resource, const Asked& asked) const {
    const auto in_path = asked.path.find("id");
    const auto id = in_path != asked.path.end() ? in_path->second : textIn(asked.body, resource.id);
    if (id.empty()) throw badRequest(std::string(resource.id) + ": which one?", resource.id);
    return id;
}

Document Groups::owned(const Resource& resource, const Caller& caller, const std::string& id) const {
    if (!runs(resource, caller, id)) throw notYours();
    auto document = documents_.find(resource.kind, id);
    if (!document) throw notFound(std::string(resource.word) + " " + id.substr(0, 100));
    return std::move(*document);
}

void Groups::checkReferences(const Resource& resource, const Json& value) const {
    for (const auto& [member, kind] :
         {std::pair("organization_id", "organization"), std::pair("budget_id", "budget")}) {
        const auto id = textIn(value, member);
        if (!resource.is(kind) && !id.empty() && !documents_.has(kind, id))
            throw badRequest(std::string(member) + ": there is no " + kind + " " + Json(id).dump(), member);
    }
}

// Admins of organisations make teams in them, and users; ids are not theirs to choose, as they would learn
// which are taken.
void Groups::boundNew(const Resource& resource, const Caller& caller, Json& value) const {
    if (caller.admin()) return;
    requireNoneOf(value, {resource.id, "budget_id", "blocked", "sso_user_id", "access_group_ids"});
    keepMetadata(value, Json::object());
    if (resource.is("team")) {
        const auto organization = textIn(value, "organization_id");
        if (!rights_.runsOrganization(caller, organization)) throw notYours();
        const auto above = documents_.find("organization", organization);
        Json all = value;  // what is not said is everything
        const bool bound =
            above && (isSet(above->value, "models") || isSet(above->value, "access_group_ids"));
        if (bound && !isSet(all, "models")) all["models"] = Json::array();
        if (above) requireWithin(all, above->value, "the organisation");
    } else {
        requireSmallRole(value);
        const auto organizations = textsIn(value, "organizations");
        if (organizations.empty()) throw notYours();
    }
}

void Groups::boundChange(const Resource& resource, const Caller& caller, const Json& before,
                         Json& wishes) const {
    if (caller.admin()) return;
    keepMetadata(wishes, before);
    for (const char* member : {"budget_id", "blocked", "sso_user_id", "organization_id", "guardrails",
                               "access_group_ids", "members_with_roles", "admins", "members",
                               "model_max_budget", "model_tpm_limit", "model_rpm_limit"}) {
        if (wishes.contains(member) && wishes[member] != before.value(member, Json()))
            throw Refused(403, "auth_error", std::string(member) + ": only proxy admins may change this",
                          member);
    }
    if (resource.is("user")) {
        requireSmallRole(wishes);
        // Out of the last organisation a user would be nobody's.
        if (wishes.contains("organizations") && textsIn(wishes, "organizations").empty()) throw notYours();
        return;
    }
    const auto organization = textIn(before, "organization_id");
    if (rights_.runsOrganization(caller, organization)) {
        if (const auto above = documents_.find("organization", organization))
            requireWithin(wishes, above->value, "the organisation");
        return;
    }
    // The team's own admins: not beyond what the team has, nor more often.
    if (wishes.contains("budget_duration") &&
        wishes["budget_duration"] != before.value("budget_duration", Json()))
        throw Refused(403, "auth_error", "budget_duration: only who is above the team may change this",
                      "budget_duration");
    requireWithin(wishes, before, "the team as it is");
}

Answer Groups::create(const Resource& resource, const Asked& asked) {
    Json value = asked.body;
    checkUserRole(value);
    checkMembers(value);
    checkPermissions(value, "team_member_permissions");
    boundNew(resource, asked.caller, value);
    checkReferences(resource, value);
    std::string id = textIn(value, resource.id);
    if (id.empty() && !resource.made_up_id)
        throw badRequest(std::string(resource.id) + ": expected a text", resource.id);
    if (id.empty()) id = randomText();
    const Json auto_key = value.value("auto_create_key", Json());
    value.erase("auto_create_key");
    value[resource.id] = id;
    std::vector<Change> more;
    if (resource.is("user")) more = members_.follow(asked.caller, id, value);
    const auto now = timeText(host_.wallMs());
    value["created_at"] = value["updated_at"] = now;
    value["created_by"] = asked.caller.name();
    more.insert(more.begin(), {resource.kind, id, value, SLUICE_STORE_NONE});
    std::string secret;
    if (auto_key == Json(true)) {
        secret = "sk-" + randomText();
        Json key{{"user_id", id},
                 {"key_name", "sk-..." + secret.substr(secret.size() - 4)},
                 {"created_at", now},
                 {"updated_at", now},
                 {"created_by", asked.caller.name()}};
        if (!asked.caller.admin()) key["delegated"] = true;
        more.push_back({"key", keyId(secret), std::move(key), SLUICE_STORE_NONE});
    }
    documents_.write(std::move(more), "created", asked.caller.name());
    Json answer = shown(resource, id, std::move(value));
    if (!secret.empty()) {
        answer["key"] = secret;
        answer["token"] = keyId(secret);
    }
    return {200, std::move(answer)};
}

std::vector<Change> Groups::updated(const Resource& resource, const Caller& caller, const std::string& id,
                                    Json wishes, Json& after) {
    Document document = owned(resource, caller, id);
    checkUserRole(wishes);
    checkMembers(wishes);
    checkPermissions(wishes, "team_member_permissions");
    boundChange(resource, caller, document.value, wishes);
    checkReferences(resource, wishes);
    std::vector<Change> more;
    if (resource.is("user")) more = members_.follow(caller, id, wishes);
    wishes.erase("auto_create_key");
    for (const auto& [name, value] : wishes.items()) document.value[name] = value;
    document.value[resource.id] = id;
    document.value["updated_at"] = timeText(host_.wallMs());
    document.value["updated_by"] = caller.name();
    after = document.value;
    more.insert(more.begin(), {resource.kind, id, std::move(document.value), document.version});
    return more;
}

Answer Groups::update(const Resource& resource, const Asked& asked) {
    const std::string id = idIn(resource, asked);
    Json after;
    auto changes = updated(resource, asked.caller, id, asked.body, after);
    documents_.write(std::move(changes), "updated", asked.caller.name());
    return {200, shown(resource, id, std::move(after))};
}

// {"users": [{"user_id": …, members of /user/update}]}: all or none.
Answer Groups::updateUsers(const Asked& asked) {
    const Resource& user = resources()[1];
    const Json list = asked.body.value("users", Json());
    if (!list.is_array() || list.empty() || list.size() > kManyMax)
        throw invalid("users", "something else", "a list of 1 to " + std::to_string(kManyMax) + " objects");
    std::vector<Change> changes;
    Json all = Json::array();
    for (const auto& one : list) {
        const Json wishes = readBody(textOf(one), with({{user.id, Type::Id}}, user.fields));
        // Groups would change several times in one write.
        if (wishes.contains("teams") || wishes.contains("organizations"))
            throw invalid("users[]", "teams or organizations", "other members");
        const auto id = textIn(wishes, user.id);
        if (id.empty()) throw badRequest("users[].user_id: which one?", "users");
        if (std::any_of(changes.begin(), changes.end(), [&](const Change& c) { return c.id == id; }))
            throw badRequest("users: a user stands there twice", "users");
        Json after;
        auto some = updated(user, asked.caller, id, wishes, after);
        std::move(some.begin(), some.end(), std::back_inserter(changes));
        all.push_back(std::move(after));
    }
    documents_.write(std::move(changes), "updated", asked.caller.name());
    return {200,
            {{"total_requested", all.size()},
             {"successful_updates", all.size()},
             {"failed_updates", 0},
             {"results", std::move(all)}}};
}

// Keys of a team or a user that goes would be keys of nobody: they go, too. What others still refer to stays.
void Groups::addDependents(const Resource& resource, const std::string& id,
                           std::vector<Change>& changes) const {
    const auto referring = [&](const char* kind, std::string Links::*member) {
        return documents_.ids(kind,
                              [&](const std::string&, const Links& links) { return links.*member == id; });
    };
    const auto refuse = [&](const char* kind, std::string Links::*member) {
        const auto some = referring(kind, member);
        if (!some.empty())
            throw badRequest(std::string(resource.word) + " " + id.substr(0, 100) + " cannot be deleted: " +
                             std::to_string(some.size()) + " of the kind " + kind + " refer to it");
    };
    if (resource.is("budget")) {
        for (const char* kind : {"key", "team", "user", "organization", "project", "customer", "tag"})
            refuse(kind, &Links::budget);
    } else if (resource.is("organization")) {
        refuse("team", &Links::organization);
        refuse("key", &Links::organization);
    } else if (resource.is("project")) {
        refuse("key", &Links::project);
    } else if (resource.is("team") || resource.is("user")) {
        for (const auto& key : referring("key", resource.is("team") ? &Links::team : &Links::user))
            changes.push_back({"key", key, std::nullopt, SLUICE_STORE_ANY});
    }
}

// LiteLLM's bodies: {"team_ids": []}, {"user_ids": []}, {"organization_ids": []}, {"id": "…"} of a budget.
Answer Groups::remove(const Resource& resource, const Asked& asked) {
    const std::string many = std::string(resource.id) + "s";
    auto ids = textsIn(asked.body, many);
    for (const char* one : {"id", resource.id}) {
        if (const auto id = textIn(asked.body, one); !id.empty()) ids.push_back(id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.empty() || ids.size() > kManyMax)
        throw badRequest(many + ": 1 to " + std::to_string(kManyMax) + " of them", many);
    std::vector<Change> changes;
    for (const auto& id : ids) {
        changes.push_back({resource.kind, id, std::nullopt, owned(resource, asked.caller, id).version});
        addDependents(resource, id, changes);
        if (!resource.is("user")) continue;
        if (ids.size() > 1 && !members_.leaveAll(id).empty())
            throw badRequest("user_ids: users who are members are deleted one by one");
        auto groups = members_.leaveAll(id);
        std::move(groups.begin(), groups.end(), std::back_inserter(changes));
    }
    documents_.write(std::move(changes), "deleted", asked.caller.name());
    return {200, {{"deleted_" + many, ids}}};
}

Answer Groups::setBlocked(const Resource& resource, const Asked& asked, bool blocked) {
    const std::string many = std::string(resource.id) + "s";
    auto ids = textsIn(asked.body, many);
    if (const auto one = textIn(asked.body, resource.id); !one.empty()) ids.push_back(one);
    if (ids.empty()) throw badRequest(std::string(resource.id) + ": which one?", resource.id);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::vector<Change> changes;
    Json all = Json::array();
    for (const auto& id : ids) {
        Document document = owned(resource, asked.caller, id);
        document.value["blocked"] = blocked;
        all.push_back(document.value);
        changes.push_back({resource.kind, id, std::move(document.value), document.version});
    }
    documents_.write(std::move(changes), blocked ? "blocked" : "updated", asked.caller.name());
    return {200, all.size() == 1 ? Json(all[0]) : Json{{"blocked", std::move(all)}}};
}

}  // namespace admin_api
