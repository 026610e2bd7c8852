// What is told of teams, users and the rest.
#include <algorithm>

#include "groups.h"
#include "json_text.h"

namespace admin_api {
namespace {

constexpr size_t kKeysMax = 1000;  // of a team or a user in its info

}  // namespace

bool Groups::sees(const Resource& resource, const Caller& caller, const std::string& id) const {
    if (caller.viewer()) return true;
    if (resource.is("team")) return rights_.seesTeam(caller, id);
    if (resource.is("user")) return rights_.seesUser(caller, id);
    return resource.is("organization") && rights_.seesOrganization(caller, id);
}

// What a user belongs to stands in the documents of the groups.
Json Groups::shown(const Resource& resource, const std::string& id, Json value) const {
    if (!resource.is("user")) return value;
    for (const auto& [member, kind] :
         {std::pair("teams", "team"), std::pair("organizations", "organization")}) {
        value[member] = Json::array();
        for (const auto& [group, role] : documents_.membershipsOf(kind, id)) value[member].push_back(group);
    }
    return value;
}

Json Groups::keysOf(const Caller& caller, const std::function<bool(const Links&)>& fits) const {
    const Scope scope = rights_.scopeOf(caller);
    Json all = Json::array();
    for (const auto& id : documents_.ids(
             "key", [&](const std::string&key, const Links&l) { return fits(l) && scope.holds(key, l); })) {
        auto key = all.size() < kKeysMax ? documents_.find("key", id) : std::nullopt;
        if (!key) continue;
        key->value["token"] = id;
        all.push_back(std::move(key->value));
    }
    return all;
}

// LiteLLM wraps teams and users, and gives the others as they are.
Answer Groups::info(const Resource& resource, const Asked& asked) {
    const auto in_path = asked.path.find("id");
    std::string id = in_path != asked.path.end() ? in_path->second : asked.parameter(resource.id);
    if (id.empty() && resource.is("customer")) id = asked.parameter("end_user_id");
    if (id.empty() && resource.is("user")) id = asked.caller.user;
    if (id.empty() && resource.is("team")) id = asked.caller.team;
    if (id.empty()) id = textIn(asked.body, resource.id);
    if (id.empty() && !asked.caller.viewer()) throw notYours();
    if (id.empty()) throw badRequest(std::string(resource.id) + ": which one?", resource.id);
    if (!sees(resource, asked.caller, id)) throw notYours();
    auto document = documents_.find(resource.kind, id);
    if (!document) throw notFound(std::string(resource.word) + " " + id.substr(0, 100));
    Json value = shown(resource, id, std::move(document->value));
    if (*resource.dimension) value["spend"] = usd(spent_.of(resource.dimension, id, value));
    if (resource.is("team")) {
        Json memberships = Json::array();
        for (const auto& [user, role] : membersOf(value))
            memberships.push_back({{"user_id", user}, {"team_id", id}, {"role", role}});
        return {200,
                {{"team_id", id},
                 {"team_info", std::move(value)},
                 {"keys", keysOf(asked.caller, [&](const Links& l) { return l.team == id; })},
                 {"team_memberships", std::move(memberships)}}};
    }
    if (resource.is("user")) {
        Json teams = Json::array();
        for (const auto& team : textsIn(value, "teams")) {
            auto one = rights_.seesTeam(asked.caller, team) ? documents_.find("team", team) : std::nullopt;
            if (one) teams.push_back(std::move(one->value));
        }
        return {200,
                {{"user_id", id},
                 {"user_info", std::move(value)},
                 {"keys", keysOf(asked.caller, [&](const Links& l) { return l.user == id; })},
                 {"teams", std::move(teams)}}};
    }
    if (resource.is("organization")) {
        value["teams"] = Json::array();
        for (const auto& team : documents_.ids(
                 "team", [&](const std::string&, const Links& l) { return l.organization == id; })) {
            if (rights_.seesTeam(asked.caller, team)) value["teams"].push_back(team);
        }
    }
    return {200, std::move(value)};
}

// Whoever does not see everything sees what memberships lead to; nobody's list is gone through for that.
std::vector<std::string> Groups::visible(const Resource& resource, const Asked& asked) const {
    const Caller& caller = asked.caller;
    const auto organization = asked.parameter("organization_id");
    const auto fits = [&](const Links& l) {
        return organization.empty() || !resource.is("team") || l.organization == organization;
    };
    if (caller.viewer())
        return documents_.ids(resource.kind, [&](const std::string&, const Links& l) { return fits(l); });
    const Scope scope = rights_.scopeOf(caller);
    return documents_.ids(resource.kind, [&](const std::string& id, const Links& l) {
        if (!fits(l)) return false;
        if (resource.is("team"))
            return caller.teams.count(id) > 0 || scope.teams.count(id) > 0 || caller.team == id;
        return resource.is("organization") &&
               (caller.organizations.count(id) > 0 || caller.organization == id);
    });
}

Answer Groups::list(const Resource& resource, const Asked& asked) {
    Json all = Json::array();
    const auto member = asked.parameter("user_id");
    for (const auto& id : visible(resource, asked)) {
        if (resource.is("team") && !member.empty() && !rights_.hasMember(id, member)) continue;
        if (auto document = documents_.find(resource.kind, id)) all.push_back(std::move(document->value));
    }
    return {200, std::move(all)};
}

Answer Groups::pagedTeams(const Asked& asked) {
    const Page page = pageOf(asked, "page_size", 10, 100);
    const auto ids = visible(resources()[0], asked);
    Json teams = Json::array();
    for (size_t i = page.begin(); i < ids.size() && page.holds(i); ++i) {
        if (auto document = documents_.find("team", ids[i])) teams.push_back(std::move(document->value));
    }
    return {200,
            {{"teams", std::move(teams)},
             {"total", ids.size()},
             {"page", page.number},
             {"page_size", page.size},
             {"total_pages", page.pagesOf(ids.size())}}};
}

Answer Groups::listUsers(const Asked& asked) {
    const Page page = pageOf(asked, "page_size", 25, 1000);
    const auto named = asked.listed("user_ids");
    const auto role = asked.parameter("role"), email = asked.parameter("user_email"),
               team = asked.parameter("team");
    Json users = Json::array();
    size_t total = 0;
    for (const auto& id : documents_.ids("user", [](const std::string&, const Links&) { return true; })) {
        if (!named.empty() && std::find(named.begin(), named.end(), id) == named.end()) continue;
        if (!rights_.seesUser(asked.caller, id) || (!team.empty() && !rights_.hasMember(team, id))) continue;
        const bool look = !role.empty() || !email.empty() || page.holds(total);
        auto document = look ? documents_.find("user", id) : std::nullopt;
        if (document && !role.empty() && textIn(document->value, "user_role") != role) continue;
        if (document && textIn(document->value, "user_email").find(email) == std::string::npos) continue;
        if (document && page.holds(total))
            users.push_back(shown(resources()[1], id, std::move(document->value)));
        ++total;
    }
    return {200,
            {{"users", std::move(users)},
             {"total", total},
             {"page", page.number},
             {"page_size", page.size},
             {"total_pages", page.pagesOf(total)}}};
}

// {"budgets": ["id", …]}; those that are not there are left out, as LiteLLM does.
Answer Groups::budgets(const Asked& asked) {
    Json all = Json::array();
    for (const auto& id : textsIn(asked.body, "budgets")) {
        if (auto document = documents_.find("budget", id)) all.push_back(std::move(document->value));
    }
    return {200, std::move(all)};
}

}  // namespace admin_api
