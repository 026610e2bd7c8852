// The configuration: keys of our own, and LiteLLM's litellm_jwtauth under its own names.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/plugin.hpp>

#include "claims.h"
#include "key_source.h"

namespace auth_jwt {

enum class Role { None, Admin, Team, User };

/// What becomes of a token that nobody has mapped to a virtual key: what it would be without mappings, or
/// 403.
enum class Unmapped { AsToken, Reject };

/// What a scope or a role of the configuration may do.
struct Grant {
    std::string name;  // of the scope, or of the role
    std::vector<std::string> models, routes;
};
struct RoleMapping {
    std::string role;  // in the token
    Role becomes;
};

/// Where in the token what stands; "a.b.c" for members of members, empty: nowhere.
struct Fields {
    std::string user, email, team, teams, organization, end_user, roles, user_roles, object;
    std::string scope = "scope";
};

struct Options {
    bool enabled = true;

    std::vector<KeySource::Settings> sources;
    std::vector<SigningKey> keys;
    std::set<std::string, std::less<>> algorithms;  // those that are allowed
    ClaimRules rules;

    Fields fields;
    std::string admin_scope = "litellm_proxy_admin";
    std::vector<std::string> admin_routes{"management_routes", "spend_tracking_routes",
                                          "global_spend_tracking_routes", "info_routes"};
    std::vector<std::string> team_routes{"llm_api_routes", "info_routes"};
    std::string team_default;
    bool team_upsert = false, user_upsert = false;
    bool teams_of_user = false;  // fallback_to_db_teams
    bool team_required = false;  // enforce_team_based_model_access
    bool allow_unknown = false;  // teams, users and organisations that the store does not know
    bool enforce_rbac = false;
    std::vector<std::string> email_domains;  // lower case; empty: any
    std::vector<std::string> user_roles;     // user_allowed_roles; empty: any
    std::vector<RoleMapping> role_mappings;
    std::vector<Grant> scopes;
    std::vector<Grant> roles;  // role_permissions: proxy_admin, team, internal_user
    bool scopes_decide = false;

    std::string key_claim;  // virtual_key_claim_field; empty: tokens are no virtual keys
    Unmapped unmapped = Unmapped::AsToken;

    std::string store;
    size_t cache_max = 10'000;
};

/// Throws sluice::ConfigError: where, what was found, what is allowed. `host` reveals secrets and gets
/// warnings.
Options readOptions(std::string_view config_json, const sluice::Host& host);

/// LiteLLM's name of a role; Role::None if it is none.
Role roleOf(std::string_view name);

}  // namespace auth_jwt
