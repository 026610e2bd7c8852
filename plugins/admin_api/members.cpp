#include "members.h"

#include <algorithm>

#include "bounds.h"

namespace admin_api {
namespace {

constexpr size_t kAtOnceMax = 500;

bool isTeam(const char* kind) { return std::string_view(kind) == "team"; }
const char* listOf(const char* kind) { return isTeam(kind) ? "members_with_roles" : "members"; }
const char* roleNameOf(const char* kind) { return isTeam(kind) ? "role" : "user_role"; }

void checkRole(const char* kind, const std::string& role) {
    const bool known = isTeam(kind)
                           ? role == "admin" || role == "user"
                           : role == "org_admin" || role == "internal_user" || role == "internal_user_viewer";
    if (!known)
        throw invalid("role", Json(role.substr(0, 60)).dump(-1, ' ', true, Json::error_handler_t::replace),
                      isTeam(kind) ? "admin, user" : "org_admin, internal_user, internal_user_viewer");
}

bool isUser(const Json& member, const std::string& user) {
    return member.is_string() ? member == Json(user) : textIn(member, "user_id") == user;
}

const Fields kMemberFields{{"user_id", Type::Id},
                           {"user_email", Type::Text},
                           {"role", Type::Text},
                           {"user_role", Type::Text},
                           {"max_budget_in_team", Type::Number},
                           {"max_budget_in_organization", Type::Number},
                           {"tpm_limit", Type::Whole},
                           {"rpm_limit", Type::Whole}};

}  // namespace

Json* findMember(Json& group, const char* kind, const std::string& user) {
    const char* list = listOf(kind);
    if (!isSet(group, list) || !group[list].is_array()) return nullptr;
    const auto found = std::find_if(group[list].begin(), group[list].end(),
                                    [&](const Json& one) { return one.is_object() && isUser(one, user); });
    return found == group[list].end() ? nullptr : &*found;
}

bool dropMember(Json& group, const std::string& user) {
    bool dropped = false;
    for (const char* list : {"members_with_roles", "members", "admins"}) {
        if (!isSet(group, list) || !group[list].is_array()) continue;
        Json rest = Json::array();
        for (const auto& one : group[list]) {
            if (!isUser(one, user)) rest.push_back(one);
        }
        dropped |= rest.size() < group[list].size();
        group[list] = std::move(rest);
    }
    return dropped;
}

void checkMembers(const Json& body) {
    if (!isSet(body, "members_with_roles")) return;
    const Json& list = body["members_with_roles"];
    if (!list.is_array() || list.size() > 10'000)
        throw invalid("members_with_roles", "no list, or a long one", "a list of at most 10000 objects");
    // What a reset of what a member has spent leaves there may come back with the rest.
    const Fields fields = with(
        kMemberFields,
        {{"spend_from", Type::Time}, {"spend_base_usd", Type::Number}, {"spend_before_usd", Type::Number}});
    for (const auto& one : list) {
        (void)readBody(one.dump(-1, ' ', false, Json::error_handler_t::replace), fields);
        if (textIn(one, "user_id").empty())
            throw invalid("members_with_roles[].user_id", "nothing", "a text");
        checkRole("team", textIn(one, "role"));
    }
}

Document Members::group(const Asked& asked, const char* kind, bool joins) const {
    const std::string id = textIn(asked.body, (std::string(kind) + "_id").c_str());
    const bool runs =
        isTeam(kind) ? rights_.runsTeam(asked.caller, id) : rights_.runsOrganization(asked.caller, id);
    if (!runs && joins) {
        requireJoin(asked, id);
    } else if (!runs) {
        throw notYours();
    }
    auto document = documents_.find(kind, id);
    if (!document) throw notFound(isTeam(kind) ? "Team" : "Organization");
    return std::move(*document);
}

// By id, or by address: the latter for admins only, as it tells who there is.
std::string Members::userOf(const Asked& asked, const Json& member) const {
    if (const auto user = textIn(member, "user_id"); !user.empty()) return user;
    const auto email = textIn(member, "user_email");
    if (email.empty()) throw badRequest("user_id: which user?", "user_id");
    if (!asked.caller.admin()) throw badRequest("user_id: a user is named by its id", "user_id");
    for (const auto& id : documents_.ids("user", [](const std::string&, const Links&) { return true; })) {
        const auto user = documents_.find("user", id);
        if (user && textIn(user->value, "user_email") == email) return id;
    }
    throw notFound("A user with this user_email");
}

Json Members::memberFrom(const Asked& asked, const Json& given, const char* kind) const {
    if (!given.is_object()) throw invalid("member", "no object", "an object or a list of objects");
    (void)readBody(given.dump(-1, ' ', false, Json::error_handler_t::replace), kMemberFields);
    std::string role = textIn(given, "role").empty() ? textIn(given, "user_role") : textIn(given, "role");
    if (role.empty()) role = isTeam(kind) ? "user" : "internal_user";
    checkRole(kind, role);
    const std::string user = userOf(asked, given);
    // Whoever comes into an organisation is its admins' from then on: only who is theirs already may come.
    if (!isTeam(kind) && !rights_.runsUser(asked.caller, user)) throw notYours();
    if (isTeam(kind) && !mayJoin(asked.caller, textIn(asked.body, "team_id"), user)) throw notYours();
    Json member{{"user_id", user}, {roleNameOf(kind), role}};
    if (isSet(given, "user_email")) member["user_email"] = given["user_email"];
    for (const char* limit : {"max_budget_in_team", "max_budget_in_organization", "tpm_limit", "rpm_limit"}) {
        if (isSet(asked.body, limit)) member[limit] = asked.body[limit];
    }
    return member;
}

// Into a team of an organisation come its members only, unless a proxy admin says so.
bool Members::mayJoin(const Caller& caller, const std::string& team, const std::string& user) const {
    if (caller.admin()) return true;
    const auto document = documents_.find("team", team);
    const auto organization = document ? textIn(document->value, "organization_id") : std::string();
    return organization.empty() || documents_.membershipsOf("organization", user).count(organization) > 0;
}

void Members::setMember(Document& group, const char* kind, Json member) const {
    const char* list = listOf(kind);
    (void)dropMember(group.value, textIn(member, "user_id"));
    if (!isSet(group.value, list) || !group.value[list].is_array()) group.value[list] = Json::array();
    group.value[list].push_back(std::move(member));
}

void Members::write(const Asked& asked, const char* kind, Document& group, std::vector<Change> more) {
    const std::string id = textIn(asked.body, (std::string(kind) + "_id").c_str());
    group.value["updated_at"] = timeText(host_.wallMs());
    more.insert(more.begin(), {kind, id, group.value, group.version});
    documents_.write(std::move(more), "updated", asked.caller.name());
}

Answer Members::add(const Asked& asked, const char* kind) {
    Document document = group(asked, kind, isTeam(kind));
    const Json given = asked.body.value(isSet(asked.body, "members") ? "members" : "member", Json());
    const Json list = given.is_array() ? given : Json::array({given});
    if (list.empty() || list.size() > kAtOnceMax)
        throw invalid("member", std::to_string(list.size()) + " members",
                      "1 to " + std::to_string(kAtOnceMax));
    Json users = Json::array();
    for (const auto& one : list) {
        Json member = memberFrom(asked, one, kind);
        const auto user = textIn(member, "user_id");
        if (findMember(document.value, kind, user))
            throw Refused(400, "team_member_already_in_team", "User " + user + " is a member already",
                          "member");
        users.push_back(user);
        setMember(document, kind, std::move(member));
    }
    write(asked, kind, document, {});
    Json answer = std::move(document.value);
    answer["updated_users"] = std::move(users);
    return {200, std::move(answer)};
}

Answer Members::update(const Asked& asked, const char* kind) {
    Document document = group(asked, kind);
    const auto user = userOf(asked, asked.body);
    Json* member = findMember(document.value, kind, user);
    if (!member) throw notFound("A member with this id");
    const auto role =
        textIn(asked.body, "role").empty() ? textIn(asked.body, "user_role") : textIn(asked.body, "role");
    if (!role.empty()) {
        checkRole(kind, role);
        (*member)[roleNameOf(kind)] = role;
    }
    for (const char* limit : {"max_budget_in_team", "max_budget_in_organization", "tpm_limit", "rpm_limit"}) {
        if (asked.body.contains(limit)) (*member)[limit] = asked.body[limit];
    }
    const Json changed = *member;
    write(asked, kind, document, {});
    Json answer{{std::string(kind) + "_id", asked.body[std::string(kind) + "_id"]}};
    answer.update(changed);
    return {200, std::move(answer)};
}

// The keys that a member has of the team go with the membership: they would go on spending the team's money.
Answer Members::remove(const Asked& asked, const char* kind) {
    Document document = group(asked, kind);
    const auto user = userOf(asked, asked.body);
    if (!dropMember(document.value, user)) throw notFound("A member with this id");
    const std::string id = textIn(asked.body, (std::string(kind) + "_id").c_str());
    std::set<std::string> teams;
    std::vector<Change> more;
    if (isTeam(kind)) {
        teams.insert(id);
    } else {
        for (const auto& team : documents_.ids(
                 "team", [&](const std::string&, const Links& l) { return l.organization == id; })) {
            auto inside = documents_.find("team", team);
            if (!inside || !dropMember(inside->value, user)) continue;
            teams.insert(team);
            more.push_back({"team", team, std::move(inside->value), inside->version});
        }
    }
    for (const auto& key : documents_.ids("key", [&](const std::string&, const Links& l) {
             return l.user == user && teams.count(l.team) > 0;
         }))
        more.push_back({"key", key, std::nullopt, SLUICE_STORE_ANY});
    write(asked, kind, document, std::move(more));
    return {200, std::move(document.value)};
}

std::vector<Change> Members::changesFor(const Caller& caller, const char* kind, const std::string& user,
                                        const Json& wanted) const {
    const auto names = textsIn(Json{{"list", wanted}}, "list");
    const std::set<std::string> after(names.begin(), names.end());
    std::vector<Change> changes;
    const auto change = [&](const std::string& id, bool in) {
        const bool runs = isTeam(kind) ? rights_.runsTeam(caller, id) : rights_.runsOrganization(caller, id);
        if (!runs) throw notYours();
        auto group = documents_.find(kind, id);
        if (!group)
            throw badRequest(std::string(kind) + "s: there is no " + kind + " " + Json(id).dump(), kind);
        if (in)
            setMember(*group, kind,
                      {{"user_id", user}, {roleNameOf(kind), isTeam(kind) ? "user" : "internal_user"}});
        if (!in) (void)dropMember(group->value, user);
        changes.push_back({kind, id, std::move(group->value), group->version});
    };
    const auto before = documents_.membershipsOf(kind, user);
    for (const auto& id : after) {
        if (before.count(id) == 0) change(id, true);
    }
    for (const auto& [id, role] : before) {
        if (after.count(id) == 0) change(id, false);
    }
    return changes;
}

std::vector<Change> Members::follow(const Caller& caller, const std::string& user, Json& body) const {
    std::vector<Change> all;
    for (const auto& [member, kind] :
         {std::pair("teams", "team"), std::pair("organizations", "organization")}) {
        if (isSet(body, member)) {
            auto some = changesFor(caller, kind, user, body[member]);
            std::move(some.begin(), some.end(), std::back_inserter(all));
        }
        body.erase(member);
    }
    return all;
}

std::vector<Change> Members::leaveAll(const std::string& user) const {
    std::vector<Change> all;
    for (const char* kind : {"team", "organization"}) {
        for (const auto& [id, role] : documents_.membershipsOf(kind, user)) {
            auto group = documents_.find(kind, id);
            if (!group || !dropMember(group->value, user)) continue;
            all.push_back({kind, id, std::move(group->value), group->version});
        }
    }
    return all;
}

// More models only within those of the organisation, and not by the team's own admins.
Answer Members::changeModels(const Asked& asked, bool add) {
    const std::string id = textIn(asked.body, "team_id");
    auto document = documents_.find("team", id);
    const bool may =
        asked.caller.admin() ||
        (document && rights_.runsOrganization(asked.caller, textIn(document->value, "organization_id")));
    if (!may) throw notYours();
    if (!document) throw notFound("Team");
    auto models = textsIn(document->value, "models");
    const auto named = textsIn(asked.body, "models");
    if (named.empty()) throw badRequest("models: which ones?", "models");
    const size_t count = models.size();
    for (const auto& model : named)
        models.erase(std::remove(models.begin(), models.end(), model), models.end());
    if (add) models.insert(models.end(), named.begin(), named.end());
    // An empty list is every model there is.
    if (!add && models.empty() && count > 0) models.push_back("no-default-models");
    document->value["models"] = models;
    const auto organization = documents_.find("organization", textIn(document->value, "organization_id"));
    if (add && !asked.caller.admin() && organization)
        requireWithin(document->value, organization->value, "the organisation");
    write(asked, "team", *document, {});
    return {200, std::move(document->value)};
}

Answer Members::me(const Asked& asked) {
    const std::string id = asked.path.at("team_id");
    auto document = documents_.find("team", id);
    Json* member = document ? findMember(document->value, "team", asked.caller.user) : nullptr;
    if (asked.caller.user.empty() || !member) throw notYours();
    Json answer = *member;
    answer["team_id"] = id;
    return {200, std::move(answer)};
}

}  // namespace admin_api
