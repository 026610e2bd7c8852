#include "accounts/access.h"

#include <algorithm>

#include "accounts/networks.h"

namespace accounts {

namespace {

Directory::Groups::Found find(const Directory::Groups& groups, const std::string& id) {
    return id.empty() ? nullptr : groups.find(id);
}

Denied blocked(std::string_view what, const Group& group) {
    return {401, "auth_error",
            "Authentication Error, " + std::string(what) + "=" + group.id + " is blocked."};
}

bool startsWith(std::string_view text, std::string_view start) {
    return text.substr(0, start.size()) == start;
}

bool isAtOrBelow(std::string_view path, std::string_view folder) {
    return startsWith(path, folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// Files and batches are endpoints of a plugin; LiteLLM counts them among the routes to models.
bool isOpenAIBatch(std::string_view path) {
    if (startsWith(path, "/v1/")) path.remove_prefix(3);
    return isAtOrBelow(path, "/files") || isAtOrBelow(path, "/batches");
}
bool isAnthropicBatch(std::string_view path) {
    if (startsWith(path, "/v1/")) path.remove_prefix(3);
    return isAtOrBelow(path, "/messages/batches");
}

// LiteLLM's names for families of routes.
bool isInGroup(std::string_view group, std::string_view path, std::string_view route) {
    const bool llm = !route.empty() && route != "endpoint";
    if (group == "llm_api_routes") return llm || isOpenAIBatch(path) || isAnthropicBatch(path);
    if (group == "openai_routes")
        return (llm && route != "messages" && route != "count_tokens") || isOpenAIBatch(path);
    if (group == "anthropic_routes")
        return route == "messages" || route == "count_tokens" || isAnthropicBatch(path);
    if (group == "info_routes") {
        return route == "models" || route == "model" || route == "model_info" ||
               (path.size() > 5 && path.substr(path.size() - 5) == "/info") || startsWith(path, "/health") ||
               path == "/key/health";
    }
    if (group == "management_routes") {
        constexpr std::string_view kManaged[]{"/key/",
                                              "/team/",
                                              "/user/",
                                              "/organization/",
                                              "/budget/",
                                              "/project/",
                                              "/customer/",
                                              "/model/",
                                              "/admin/",
                                              "/access_group/",
                                              "/management/",
                                              "/v1/access_group",
                                              "/v1/unified_access_group"};
        return std::any_of(std::begin(kManaged), std::end(kManaged),
                           [&](std::string_view start) { return startsWith(path, start); });
    }
    if (group == "spend_tracking_routes") return startsWith(path, "/spend/") || startsWith(path, "/global/");
    if (group == "global_spend_tracking_routes") return startsWith(path, "/global/");
    return false;
}

bool isAllowed(const std::string& allowed, std::string_view path, std::string_view route) {
    if (isInGroup(allowed, path, route)) return true;
    const bool open_end = allowed.size() > 1 && allowed.back() == '*';
    if (open_end) return startsWith(path, std::string_view(allowed).substr(0, allowed.size() - 1));
    // Paths are listed with their version or without.
    return path == allowed || (startsWith(path, "/v1/") && path.substr(3) == allowed);
}

std::string listed(const std::vector<std::string>& names) {
    std::string text = "[";
    for (const auto& name : names) text += (text.size() > 1 ? ", '" : "'") + name + "'";
    return text + "]";
}

bool isIn(const Models& models, std::string_view model, const std::vector<std::string>& groups,
          const AccessGroups& known) {
    const auto listed_in = [&](const std::string& name) { return known.opens(name, model); };
    return models.allow(model) || std::any_of(groups.begin(), groups.end(), listed_in) ||
           std::any_of(models.names().begin(), models.names().end(), listed_in);
}

// `T`: a key or a group.
template <class T>
std::optional<Denied> checkModel(const char* who, const T& of, std::string_view model,
                                 const AccessGroups& known) {
    if (of.models.open() && of.access_groups.empty()) return std::nullopt;
    if (isIn(of.models, model, of.access_groups, known)) return std::nullopt;
    auto names = of.models.names();
    names.insert(names.end(), of.access_groups.begin(), of.access_groups.end());
    return Denied{403, std::string(who) + "_model_access_denied",
                  std::string(who) + " not allowed to access model. This " + who +
                      " can only access models=" + listed(names) + ". Tried to access " + std::string(model)};
}

}  // namespace

Owners ownersOf(const Key& key, const Directory& directory) {
    Owners owners;
    fetchEarly(key.id);
    fetchEarly(key.models.names());
    owners.team = find(directory.teams(), key.team);
    owners.user = find(directory.users(), key.user);
    owners.project = find(directory.projects(), key.project);
    const std::string& own = key.organization;
    owners.organization =
        find(directory.organizations(), own.empty() && owners.team ? owners.team->organization : own);
    return owners;
}

std::optional<Denied> checkKey(const Key& key, const Owners& owners, int64_t now_ms) {
    if (key.blocked)
        return Denied{401, "auth_error", "Authentication Error, Key is blocked. Update via `/key/unblock`."};
    if (key.expires_ms > 0 && now_ms >= key.expires_ms)
        return Denied{401, "expired_key", "Authentication Error - Expired Key."};
    if (owners.team && owners.team->blocked) return blocked("Team", *owners.team);
    if (owners.user && owners.user->blocked) return blocked("User", *owners.user);
    if (owners.organization && owners.organization->blocked)
        return blocked("Organization", *owners.organization);
    if (owners.project && owners.project->blocked) return blocked("Project", *owners.project);
    return std::nullopt;
}

std::optional<Denied> checkRoute(const Key& key, std::string_view path, std::string_view route,
                                 const char* who) {
    if (key.routes.empty()) return std::nullopt;
    for (const auto& allowed : key.routes) {
        if (isAllowed(allowed, path, route)) return std::nullopt;
    }
    return Denied{403, "auth_error",
                  std::string(who) + " is not allowed to call this route. Only allowed to call routes: " +
                      listed(key.routes) + ". Tried to call route: " + std::string(path)};
}

std::optional<Denied> checkClient(const Key& key, std::string_view address) {
    if (key.clients.empty()) return std::nullopt;
    for (const auto& network : key.clients) {
        if (contains(network, address)) return std::nullopt;
    }
    return Denied{403, "auth_error", "Access forbidden: IP address not allowed."};
}

std::optional<Denied> checkModel(const Key& key, const Owners& owners, std::string_view model,
                                 const AccessGroups& access_groups) {
    std::optional<Denied> denied;
    const auto check = [&](const char* who, const auto& of) {
        if (!denied) denied = checkModel(who, of, model, access_groups);
    };
    // "all-team-models" leaves it to the team.
    if (!key.models.asTeam() || !owners.team) check("key", key);
    if (owners.team) check("team", *owners.team);
    if (!owners.team && owners.user) check("user", *owners.user);  // a team's key has what the team has
    if (owners.organization) check("org", *owners.organization);
    if (owners.project) check("project", *owners.project);
    return denied;
}

bool mayUse(const Group& group, std::string_view model, const AccessGroups& access_groups) {
    return !checkModel("group", group, model, access_groups);
}

std::string_view aliased(const Key& key, const Owners& owners, std::string_view model) {
    const std::string name(model);
    if (const auto own = key.aliases.find(name); own != key.aliases.end()) return own->second;
    if (!owners.team) return {};
    const auto team = owners.team->aliases.find(name);
    return team == owners.team->aliases.end() ? std::string_view() : team->second;
}

}  // namespace accounts
