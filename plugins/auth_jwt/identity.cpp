#include "identity.h"

#include <algorithm>
#include <cmath>

#include "accounts/digest.h"

namespace auth_jwt {
namespace {

using accounts::Denied;
using accounts::Key;
using Texts = std::vector<std::string>;

constexpr size_t kIdBytesMax = 512;
constexpr size_t kListMax = 256;  // of teams, roles, scopes

struct Malformed {
    std::string path;
};

// What becomes an id in records, headers and logs: printable, and not endless.
std::string idOf(const Json& value, const std::string& path) {
    std::string text;
    if (value.is_string()) text = value.get<std::string>();
    if (value.is_number_integer()) text = value.dump();
    const bool odd = text.size() > kIdBytesMax || std::any_of(text.begin(), text.end(), [](char c) {
                         return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                     });
    if (odd || (!value.is_string() && !value.is_number_integer())) throw Malformed{path};
    return text;
}

// One text; of a list the first.
std::string one(const Json& claims, const std::string& path) {
    const Json* value = valueAt(claims, path);
    if (!value || value->is_null()) return {};
    if (!value->is_array()) return idOf(*value, path);
    return value->empty() ? std::string() : idOf((*value)[0], path);
}

// A list, or one text; `separated`: with blanks between several.
Texts many(const Json& claims, const std::string& path, bool separated = false) {
    Texts all;
    const Json* value = valueAt(claims, path);
    if (!value || value->is_null()) return all;
    if (value->is_array()) {
        for (size_t i = 0; i < value->size() && i < kListMax; ++i) all.push_back(idOf((*value)[i], path));
        return all;
    }
    if (!separated) return {idOf(*value, path)};
    if (!value->is_string()) throw Malformed{path};
    const auto& text = value->get_ref<const std::string&>();
    for (size_t at = 0; at < text.size() && all.size() < kListMax;) {
        const size_t start = text.find_first_not_of(' ', at);
        if (start == std::string::npos) break;
        at = std::min(text.find(' ', start), text.size());
        all.push_back(text.substr(start, at - start));
    }
    return all;
}

bool has(const Texts& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

Denied forbidden(const std::string& why) { return {403, "auth_error", why}; }

class Reading {
public:
    Reading(const Json& claims, const Options& options) : claims_(claims), options_(options) {
        const Fields& f = options.fields;
        scopes_ = many(claims, f.scope, true);
        if (scopes_.empty() && f.scope == "scope")
            scopes_ = many(claims, "scp", true);  // Entra's name for it
        mapped_ = mappedRole();
        p_.email = one(claims, f.email);
        p_.end_user = one(claims, f.end_user);
        key_.user = f.user.empty() ? p_.email : one(claims, f.user);
        if (key_.user.empty()) key_.user = p_.email;
        key_.organization = one(claims, f.organization);
        const std::string object = one(claims, f.object);
        if (mapped_ == Role::User && !object.empty()) key_.user = object;
        readTeams(mapped_ == Role::Team ? object : "");
        p_.role = roleOfToken();
    }

    std::optional<Denied> check() const {
        if (p_.role == Role::Admin) return std::nullopt;
        if (auto denied = checkEmail()) return denied;
        if (auto denied = checkRoles()) return denied;
        const Fields& f = options_.fields;
        if (!f.team.empty() && p_.teams.empty() && !options_.teams_of_user)
            return forbidden("No team found in token. Checked team_id field '" + f.team + "'");
        return std::nullopt;
    }

    Principal finish() {
        const bool admin = p_.role == Role::Admin;
        if (admin) key_.routes = options_.admin_routes;
        if (p_.role == Role::Team) key_.routes = options_.team_routes;
        key_.alias = p_.email.empty() ? key_.user : p_.email;
        key_.name = "jwt";
        key_.id = stableId();
        if (!admin && options_.scopes_decide) addScopeGate();
        if (options_.enforce_rbac) addRoleGate();
        p_.key = std::make_shared<const Key>(std::move(key_));
        return std::move(p_);
    }

private:
    Role mappedRole() const {
        const Texts roles = many(claims_, options_.fields.roles);
        for (const RoleMapping& mapping : options_.role_mappings) {
            if (has(roles, mapping.role)) return mapping.becomes;
        }
        return Role::None;
    }

    // A team by name counts alone, else those of the list, else the one for everybody.
    void readTeams(const std::string& object) {
        const Fields& f = options_.fields;
        std::string named = object.empty() ? one(claims_, f.team) : object;
        if (named.empty()) p_.teams = many(claims_, f.teams);
        if (named.empty() && p_.teams.empty()) named = options_.team_default;
        if (named.empty()) return;
        p_.team_named = true;
        p_.teams = {std::move(named)};
    }

    bool hasUserRole() const {
        const Texts roles = many(claims_, options_.fields.user_roles);
        return std::any_of(roles.begin(), roles.end(),
                           [&](const std::string& role) { return has(options_.user_roles, role); });
    }

    Role roleOfToken() const {
        if (has(scopes_, options_.admin_scope) || mapped_ == Role::Admin) return Role::Admin;
        if (!p_.teams.empty()) return Role::Team;
        if (!key_.user.empty() || hasUserRole()) return Role::User;
        return mapped_;
    }

    std::optional<Denied> checkEmail() const {
        if (options_.email_domains.empty()) return std::nullopt;
        const size_t at = p_.email.rfind('@');
        std::string domain = at == std::string::npos ? std::string() : p_.email.substr(at + 1);
        std::transform(domain.begin(), domain.end(), domain.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
        const Json* verified = valueAt(claims_, "email_verified");
        const bool doubtful = verified && (*verified == false || *verified == "false");
        if (!domain.empty() && !doubtful && has(options_.email_domains, domain)) return std::nullopt;
        return forbidden("Email domain not allowed.");
    }

    std::optional<Denied> checkRoles() const {
        const bool somebody =
            !key_.user.empty() || p_.teams.empty();  // tokens of teams have no roles of users
        if (somebody && !options_.user_roles.empty() && !hasUserRole())
            return forbidden("User is not allowed: none of its roles is in user_allowed_roles.");
        if (!options_.enforce_rbac) return std::nullopt;
        if (p_.role == Role::None)
            return forbidden(
                "Unmatched token passed in. enforce_rbac is set to True. Token must belong to a proxy admin, "
                "team, or user.");
        if (key_.user.empty() && p_.teams.empty())
            return forbidden("No user or team id found in token. enforce_rbac is set to True.");
        return std::nullopt;
    }

    void addScopeGate() {
        Key gate;
        Texts models;
        bool any_route = false;
        for (const Grant& grant : options_.scopes) {
            if (!has(scopes_, grant.name)) continue;
            models.insert(models.end(), grant.models.begin(), grant.models.end());
            gate.routes.insert(gate.routes.end(), grant.routes.begin(), grant.routes.end());
            any_route |= grant.routes.empty();
        }
        if (any_route) gate.routes.clear();
        gate.models = accounts::Models::only(models);
        p_.gates.push_back(std::make_shared<const Key>(std::move(gate)));
    }

    void addRoleGate() {
        for (const Grant& grant : options_.roles) {
            if (roleOf(grant.name) != p_.role) continue;
            Key gate;
            gate.models = accounts::Models(Json(grant.models));
            gate.routes = grant.routes;
            p_.gates.push_back(std::make_shared<const Key>(std::move(gate)));
        }
    }

    // Never the token's own hash: spend would be that of a token instead of somebody.
    std::string stableId() const {
        const Json* sub = valueAt(claims_, "sub");
        const Json* iss = valueAt(claims_, "iss");
        std::string who = sub && sub->is_string() ? sub->get<std::string>() : key_.user;
        if (who.empty() && !p_.teams.empty()) who = p_.teams.front();
        const std::string issuer = iss && iss->is_string() ? iss->get<std::string>() : std::string();
        return accounts::Digest(issuer + '\n' + who).hex();
    }

    const Json& claims_;
    const Options& options_;
    Texts scopes_;
    Role mapped_ = Role::None;
    Principal p_;
    Key key_;
};

}  // namespace

std::optional<Principal> principalOf(const Json& claims, const Options& options, Denied& denied) {
    try {
        Reading reading(claims, options);
        if (auto why = reading.check()) {
            denied = std::move(*why);
            return std::nullopt;
        }
        return reading.finish();
    } catch (const Malformed& claim) {
        denied = badToken("its claim " + claim.path + " is no text that can be an id");
        return std::nullopt;
    }
}

}  // namespace auth_jwt
