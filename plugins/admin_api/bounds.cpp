#include "bounds.h"

#include <algorithm>

#include "accounts/entity.h"
#include "fields.h"

namespace admin_api {
namespace {

constexpr const char* kNumbers[]{"max_budget", "soft_budget",          "tpm_limit", "rpm_limit", "tpd_limit",
                                 "rpd_limit",  "max_parallel_requests"};

[[noreturn]] void beyond(const char* member, const Json& found, const std::string& whose, const Json& bound) {
    throw Refused(403, "auth_error",
                  std::string(member) + ": found " +
                      found.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 60) +
                      "; allowed: at most that of " + whose + ", " +
                      bound.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 200),
                  member);
}

std::vector<std::string> textsOf(const Json& list) { return textsIn(Json{{"list", list}}, "list"); }

// What opens models: their names, and those of access groups, which may stand among them as well.
Json modelsAbove(const Json& above) {
    auto names = textsIn(above, "models");
    for (auto& group : textsIn(above, "access_group_ids")) names.push_back(std::move(group));
    return names;
}

void requireModelsWithin(const Json& wanted, const Json& bound, const std::string& whose) {
    const accounts::Models above(accounts::Json(textsOf(bound)));
    if (above.open() || above.all()) return;
    const auto names = textsOf(wanted);
    if (names.empty()) beyond("models", Json("all of them"), whose, bound);
    for (const auto& name : names) {
        // "all-team-models" leaves it to the team, whose models are looked at by themselves.
        if (name == "no-default-models" || name == "all-team-models") continue;
        if (name == "all-proxy-models" || !above.allow(name)) beyond("models", Json(name), whose, bound);
    }
}

}  // namespace

void requireWithin(const Json& wishes, const Json& above, const std::string& whose) {
    for (const char* member : kNumbers) {
        if (!wishes.contains(member) || !isSet(above, member) || !above[member].is_number()) continue;
        const Json& wanted = wishes[member];
        if (wanted.is_null() || wanted.get<double>() > above[member].get<double>())
            beyond(member, wanted, whose, above[member]);
    }
    const Json bound = modelsAbove(above);
    if (wishes.contains("models")) requireModelsWithin(wishes["models"], bound, whose);
    if (!textsIn(wishes, "access_group_ids").empty())
        requireModelsWithin(wishes["access_group_ids"], bound, whose);
}

void requireNoneOf(const Json& wishes, std::initializer_list<const char*> members) {
    for (const char* member : members) {
        if (isSet(wishes, member))
            throw Refused(403, "auth_error", std::string(member) + ": only proxy admins may set this",
                          member);
    }
}

// litellm/proxy/_types.py, LiteLLM_ManagementEndpoint_MetadataFields: what LiteLLM keeps there.
void keepMetadata(Json& wishes, const Json& before) {
    if (!wishes.contains("metadata")) return;
    Json& metadata = wishes["metadata"];
    const Json old = isSet(before, "metadata") ? before["metadata"] : Json::object();
    for (const char* member :
         {"guardrails", "policies", "model_rpm_limit", "model_tpm_limit", "model_max_budget", "priority",
          "logging", "callback_settings", "disable_global_guardrails", "tpm_limit_type", "rpm_limit_type",
          "enforced_params", "tags", "temp_budget_increase", "temp_budget_expiry"}) {
        const bool was = old.is_object() && old.contains(member);
        if (metadata.is_object() && metadata.contains(member) && (!was || metadata[member] != old[member]))
            throw Refused(403, "auth_error",
                          std::string("metadata.") + member + ": only proxy admins may set this", "metadata");
        if (was) metadata[member] = old[member];  // null becomes an object
    }
}

// For oneself, for nobody (a service account of a team), or for a member of a team that one runs.
void KeyBounds::requireOwner(const Caller& caller, const Json& key, bool new_user) const {
    const std::string user = textIn(key, "user_id"), team = textIn(key, "team_id"),
                      organization = textIn(key, "organization_id"), project = textIn(key, "project_id");
    const bool runs_team = !team.empty() && rights_.runsTeam(caller, team);
    const bool self = !user.empty() && user == caller.user && caller.is(Role::User);
    if (!team.empty() && !runs_team && !(self && rights_.isMember(caller, team))) throw notYours();
    if (!organization.empty() && !rights_.runsOrganization(caller, organization) &&
        caller.organizations.count(organization) == 0)
        throw notYours();
    if (!project.empty()) {
        const auto found = documents_.find("project", project);
        if (!found || team.empty() || textIn(found->value, "team_id") != team) throw notYours();
    }
    if (self) return;
    const bool runs = runs_team || (team.empty() && !organization.empty() &&
                                    rights_.runsOrganization(caller, organization));
    if (!runs) throw notYours();
    if (new_user && !user.empty() && !rights_.hasMember(team, user) && !rights_.runsUser(caller, user))
        throw notYours();
}

void KeyBounds::requireAbove(const Caller& caller, const Json& key, const Json& wishes) const {
    const std::string team = textIn(key, "team_id");
    if (const auto found = documents_.find("team", team)) requireWithin(wishes, found->value, "the team");
    if (const auto found = documents_.find("organization", textIn(key, "organization_id")))
        requireWithin(wishes, found->value, "the organisation");
    if (!rights_.runsOwnerOf(caller, key)) {
        if (const auto user = documents_.find("user", caller.user); user && team.empty())
            requireWithin(wishes, user->value, "the user");
        requireWithin(wishes, caller.key, "the key that asks");
        if (wishes.contains("budget_duration") && isSet(caller.key, "max_budget") &&
            wishes["budget_duration"] != caller.key.value("budget_duration", Json()))
            throw forbidden("budget_duration: allowed: that of the key that asks");
    }
    // Nobody outlives a key by making another.
    if (!wishes.contains("expires") || !isSet(caller.key, "expires")) return;
    const auto end = accounts::readTime(accounts::Json(textIn(caller.key, "expires")));
    const auto wanted = accounts::readTime(accounts::Json(textIn(wishes, "expires")));
    if (!wanted || !end || *wanted == 0 || *wanted > *end)
        throw forbidden("duration: allowed: no longer than the key that asks, until " +
                        textIn(caller.key, "expires"));
}

void KeyBounds::takeOver(const Caller& caller, const Json& key) const {
    if (caller.admin()) return;
    const auto refuse = [](const char* member) {
        throw forbidden(std::string(member) + ": this key may do more than the key that asks");
    };
    if (isSet(caller.key, "expires") && !isSet(key, "expires")) refuse("expires");
    if (!rights_.runsOwnerOf(caller, key)) {
        for (const char* member : {"models", "max_budget", "tpm_limit", "rpm_limit", "tpd_limit", "rpd_limit",
                                   "max_parallel_requests"}) {
            if (isSet(caller.key, member) && !isSet(key, member)) refuse(member);
        }
        for (const char* member :
             {"budget_id", "model_max_budget", "model_tpm_limit", "model_rpm_limit", "allowed_ips",
              "allowed_routes", "guardrails", "enforced_params", "access_group_ids"}) {
            if (isSet(caller.key, member) && key.value(member, Json()) != caller.key[member]) refuse(member);
        }
    }
    requireAbove(caller, key, key);
}

// What bounds the key that asks bounds the one that it makes, unless the caller runs the team.
void KeyBounds::inherit(const Caller& caller, Json& key) const {
    if (isSet(caller.key, "expires") && !key.contains("expires")) key["expires"] = caller.key["expires"];
    if (rights_.runsOwnerOf(caller, key)) return;
    for (const char* member : {"models", "max_budget", "soft_budget", "budget_duration", "tpm_limit",
                               "rpm_limit", "tpd_limit", "rpd_limit", "max_parallel_requests"}) {
        if (isSet(caller.key, member) && !key.contains(member)) key[member] = caller.key[member];
    }
    for (const char* member :
         {"budget_id", "model_max_budget", "model_tpm_limit", "model_rpm_limit", "allowed_ips", "guardrails",
          "enforced_params", "permissions", "access_group_ids"}) {
        if (!isSet(caller.key, member)) continue;
        if (key.contains(member) && key[member] != caller.key[member])
            throw forbidden(std::string(member) + ": allowed: that of the key that asks");
        key[member] = caller.key[member];
    }
}

void KeyBounds::makeNew(const Caller& caller, Json& key) const {
    if (caller.admin()) return;
    requireNoneOf(key, {"spend", "budget_id", "permissions", "blocked", "access_group_ids"});
    keepMetadata(key, Json::object());
    if (!key.contains("user_id") && textIn(key, "team_id").empty() && textIn(key, "organization_id").empty())
        key["user_id"] = caller.user;
    if (!key.contains("user_id") && caller.is(Role::User) && !rights_.runsOwnerOf(caller, key))
        key["user_id"] = caller.user;
    requireOwner(caller, key, true);
    rights_.requireMemberMay(caller, textIn(key, "team_id"), "/key/generate");
    requireAbove(caller, key, key);
    inherit(caller, key);
    if (textIn(key, "user_id") != caller.user && isSet(key, "user_id")) key["delegated"] = true;
}

void KeyBounds::change(const Caller& caller, const Json& before, Json& wishes, const char* route) const {
    if (caller.admin()) return;
    rights_.requireMemberMay(caller, textIn(before, "team_id"), route);
    requireNoneOf(wishes, {"spend", "budget_id", "permissions", "blocked", "access_group_ids",
                           "temp_budget_increase", "temp_budget_expiry"});
    keepMetadata(wishes, before);
    Json after = before;
    for (const auto& [name, value] : wishes.items()) after[name] = value;
    const bool runs = rights_.runsOwnerOf(caller, before) && rights_.runsOwnerOf(caller, after);
    // null would take away what an admin has set.
    for (const char* member : {"budget_id", "permissions", "blocked", "access_group_ids",
                               "temp_budget_increase", "temp_budget_expiry"}) {
        if (wishes.contains(member) && isSet(before, member))
            throw forbidden(std::string(member) + ": only proxy admins may change this");
    }
    for (const char* member : {"guardrails", "enforced_params", "allowed_ips", "allowed_routes",
                               "model_max_budget", "model_tpm_limit", "model_rpm_limit"}) {
        if (!runs && wishes.contains(member) && isSet(before, member) && wishes[member] != before[member])
            throw forbidden(std::string(member) + ": only who runs the team may change this");
    }
    requireOwner(caller, after, textIn(after, "user_id") != textIn(before, "user_id"));
    // A key that comes into a team is a new one there.
    if (textIn(after, "team_id") != textIn(before, "team_id"))
        rights_.requireMemberMay(caller, textIn(after, "team_id"), "/key/generate");
    requireAbove(caller, after, wishes);
    if (textIn(after, "user_id") != textIn(before, "user_id") && textIn(after, "user_id") != caller.user)
        wishes["delegated"] = true;
}

}  // namespace admin_api
