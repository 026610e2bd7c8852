#include "options.h"

#include <algorithm>
#include <stdexcept>

#include "option_reader.h"

namespace auth_jwt {
namespace {

// litellm/proxy/_types.py, LiteLLM_JWTAuth. What only spares work or repeats what the token says is left out
// with a warning; what would shut somebody out and is not here is an error.
constexpr const char* kIgnored[]{"public_allowed_routes",   "sync_user_role_and_teams",
                                 "upsert_sso_user_to_team", "jwt_litellm_role_map",
                                 "public_key_stale_ttl",    "virtual_key_mapping_cache_ttl"};

void addSource(const std::string& url, const char* issuer, bool discovery, int64_t ttl_ms, const char* key,
               Options& options) {
    if (url.rfind("https://", 0) != 0 && url.rfind("http://", 0) != 0)
        sluice::ConfigObject::fail(key, "a text that is no URL", "https://… or http://…");
    options.sources.push_back({url, issuer, discovery, ttl_ms});
}

void readSources(const OptionReader& read, Options& options) {
    int64_t ttl_s = 600;
    read.whole("public_key_ttl", ttl_s, 1, 86'400);
    read.whole("jwks_ttl_s", ttl_s, 1, 86'400);
    auto urls = read.texts("jwks_url");
    if (urls.empty()) urls = read.texts("jwt_public_key_url");
    for (const auto& list : urls) {
        for (const auto& url : splitAtCommas(list)) {
            const bool discovery = url.find("/.well-known/openid-configuration") != std::string::npos;
            addSource(url, "", discovery, ttl_s * 1000, "jwks_url", options);
        }
    }
    for (const auto& issuer : read.texts("oidc_issuer")) {
        const std::string base = issuer.substr(0, issuer.find_last_not_of('/') + 1);
        addSource(base + "/.well-known/openid-configuration", issuer.c_str(), true, ttl_s * 1000,
                  "oidc_issuer", options);
    }
    if (options.sources.size() > 16)
        sluice::ConfigObject::fail("jwks_url", "more than 16 places", "at most 16");
}

void readKeys(const OptionReader& read, Options& options) {
    const auto pems = read.texts("public_keys");
    for (size_t i = 0; i < pems.size(); ++i) {
        try {
            options.keys.push_back(readPem(pems[i]));
        } catch (const std::invalid_argument& e) {
            sluice::ConfigObject::fail("public_keys[" + std::to_string(i) + "]", e.what(),
                                       "a public key or a certificate in PEM");
        }
    }
    std::string secret;
    read.text("hs_secret", secret);
    if (secret.empty()) return;
    try {
        options.keys.emplace_back(std::move(secret));
    } catch (const std::invalid_argument& e) {
        sluice::ConfigObject::fail("hs_secret", e.what(), "at least 32 bytes");
    }
}

void readAlgorithms(const OptionReader& read, Options& options) {
    for (const auto& name : read.texts("algorithms")) {
        if (!findAlgorithm(name))
            sluice::ConfigObject::fail("algorithms", "\"" + name.substr(0, 20) + "\"",
                                       std::string(algorithmNames()));
        options.algorithms.insert(name);
    }
    if (!options.algorithms.empty()) return;
    for (const auto& name : splitAtCommas(std::string(algorithmNames()))) options.algorithms.insert(name);
}

void readRules(const OptionReader& read, Options& options) {
    ClaimRules& rules = options.rules;
    int64_t leeway_s = 30;
    read.whole("leeway_s", leeway_s, 0, 3'600);
    rules.leeway_ms = leeway_s * 1000;
    read.flag("check_issuer", rules.check_issuer);
    read.flag("check_audience", rules.check_audience);
    for (const char* name : {"issuer", "jwt_issuer"}) {
        if (rules.issuers.empty()) rules.issuers = read.texts(name);
    }
    for (const char* name : {"audience", "jwt_audience"}) {
        if (rules.audiences.empty()) rules.audiences = read.texts(name);
    }
    if (rules.issuers.empty()) rules.issuers = read.texts("oidc_issuer");
    const bool bound =
        options.keys.empty() && std::all_of(options.sources.begin(), options.sources.end(),
                                            [](const auto& source) { return source.discovery; });
    if (rules.check_issuer && rules.issuers.empty() && !bound)
        sluice::ConfigObject::fail(
            "issuer", "nothing",
            "whose tokens these are, as their iss says; check_issuer: false for anybody's");
    if (rules.check_audience && rules.audiences.empty())
        sluice::ConfigObject::fail(
            "audience", "nothing",
            "for whom the tokens are, as their aud says; check_audience: false also takes those for others");
}

void readFields(const OptionReader& read, Options& options) {
    Fields& f = options.fields;
    read.text("user_id_jwt_field", f.user);
    read.text("user_email_jwt_field", f.email);
    read.text("team_id_jwt_field", f.team);
    read.text("team_ids_jwt_field", f.teams);
    read.text("org_id_jwt_field", f.organization);
    read.text("end_user_id_jwt_field", f.end_user);
    read.text("roles_jwt_field", f.roles);
    read.text("user_roles_jwt_field", f.user_roles);
    read.text("object_id_jwt_field", f.object);
    read.text("scope_jwt_field", f.scope);
}

std::vector<Grant> readGrants(const OptionReader& read, const char* key, const char* name) {
    std::vector<Grant> grants;
    read.each(key, {name, "models", "routes"}, [&](const OptionReader& entry) {
        Grant grant;
        entry.text(name, grant.name);
        if (grant.name.empty()) sluice::ConfigObject::fail(entry.pathOf(name), "nothing", "a text");
        grant.models = entry.texts("models");
        grant.routes = entry.texts("routes");
        grants.push_back(std::move(grant));
    });
    return grants;
}

Role readRole(const OptionReader& entry, const char* key) {
    std::string name;
    entry.text(key, name);
    const Role role = roleOf(name);
    if (role == Role::None)
        sluice::ConfigObject::fail(entry.pathOf(key), "another role", "proxy_admin, team, internal_user");
    return role;
}

void readRoles(const OptionReader& read, Options& options) {
    read.flag("enforce_rbac", options.enforce_rbac);
    read.each("role_mappings", {"role", "internal_role"}, [&](const OptionReader& entry) {
        RoleMapping mapping{{}, readRole(entry, "internal_role")};
        entry.text("role", mapping.role);
        options.role_mappings.push_back(std::move(mapping));
    });
    options.roles = readGrants(read, "role_permissions", "role");
    for (const Grant& grant : options.roles) {
        if (roleOf(grant.name) == Role::None)
            sluice::ConfigObject::fail("role_permissions", "another role",
                                       "proxy_admin, team, internal_user");
    }
    if (!options.role_mappings.empty() && options.fields.roles.empty())
        sluice::ConfigObject::fail("roles_jwt_field", "nothing", "where the roles of role_mappings stand");
    if (!options.fields.object.empty() && options.role_mappings.empty())
        sluice::ConfigObject::fail("role_mappings", "nothing",
                                   "a list: object_id_jwt_field needs to know whose id it is");
    options.user_roles = read.texts("user_allowed_roles");
    if (options.user_roles.empty() != options.fields.user_roles.empty())
        sluice::ConfigObject::fail("user_allowed_roles", "one without the other",
                                   "user_roles_jwt_field and user_allowed_roles together");
}

void readMapping(const OptionReader& read, Options& options) {
    read.text("jwt_client_id_field", options.key_claim);  // LiteLLM's older name
    read.text("virtual_key_claim_field", options.key_claim);
    std::string otherwise = "fallback_team_mapping";
    read.text("unregistered_jwt_client_behavior", otherwise);
    if (otherwise != "fallback_team_mapping" && otherwise != "reject")
        sluice::ConfigObject::fail("unregistered_jwt_client_behavior", "\"" + otherwise.substr(0, 60) + "\"",
                                   "fallback_team_mapping or reject; keys are not made by themselves here");
    if (otherwise == "reject" && options.key_claim.empty())
        sluice::ConfigObject::fail(
            "virtual_key_claim_field", "nothing",
            "the claim by which unregistered_jwt_client_behavior knows who is registered");
    options.unmapped = otherwise == "reject" ? Unmapped::Reject : Unmapped::AsToken;
}

void readScopes(const OptionReader& read, Options& options) {
    options.scopes = readGrants(read, "scope_mappings", "scope");
    bool wanted = !options.scopes.empty();
    read.flag("enforce_scope_based_access", wanted);
    if (wanted == options.scopes.empty())
        sluice::ConfigObject::fail("scope_mappings", "one without the other",
                                   "scope_mappings and enforce_scope_based_access: true together");
    options.scopes_decide = wanted;
}

void readPeople(const OptionReader& read, Options& options) {
    read.text("admin_jwt_scope", options.admin_scope);
    read.texts("admin_allowed_routes", options.admin_routes);
    read.texts("team_allowed_routes", options.team_routes);
    read.text("team_id_default", options.team_default);
    read.flag("team_id_upsert", options.team_upsert);
    read.flag("user_id_upsert", options.user_upsert);
    read.flag("fallback_to_db_teams", options.teams_of_user);
    read.flag("enforce_team_based_model_access", options.team_required);
    read.flag("allow_unknown", options.allow_unknown);
    for (auto domain : read.texts("user_allowed_email_domain")) {
        std::transform(domain.begin(), domain.end(), domain.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
        options.email_domains.push_back(std::move(domain));
    }
    if (!options.email_domains.empty() && options.fields.email.empty())
        sluice::ConfigObject::fail("user_email_jwt_field", "nothing",
                                   "where the address stands that user_allowed_email_domain is about");
}

void readRest(const OptionReader& read, Options& options) {
    read.text("store", options.store);
    int64_t cache_max = 10'000;
    read.whole("cache_max", cache_max, 16, 1'000'000);
    options.cache_max = static_cast<size_t>(cache_max);
}

// LiteLLM's section counts where the plugin's own configuration says nothing.
Json merged(std::string_view config_json, const sluice::Host& host) {
    Json config = Json::parse(config_json);
    const Json litellm = config.contains("litellm_jwtauth") ? config["litellm_jwtauth"] : Json();
    config.erase("litellm_jwtauth");
    if (litellm.is_null()) return config;
    if (!litellm.is_object()) sluice::ConfigObject::fail("litellm_jwtauth", "no object", "an object");
    for (const auto& [name, value] : litellm.items()) {
        const bool ignored = std::find_if(std::begin(kIgnored), std::end(kIgnored),
                                          [&](const char* one) { return name == one; }) != std::end(kIgnored);
        if (ignored) host.warn("litellm_jwtauth." + name + " does nothing here");
        if (!ignored && !config.contains(name)) config[name] = value;
    }
    return config;
}

// Sections of a LiteLLM file call for an instance; only enable_jwt_auth, or a source of keys of its own,
// makes it one that lets anybody in.
bool isWanted(const Json& config) {
    if (config.contains("enabled")) return config["enabled"] == true;
    return config.contains("jwks_url") || config.contains("oidc_issuer") || config.contains("public_keys") ||
           config.contains("hs_secret");
}

}  // namespace

Role roleOf(std::string_view name) {
    if (name == "proxy_admin") return Role::Admin;
    if (name == "team") return Role::Team;
    return name == "internal_user" ? Role::User : Role::None;
}

Options readOptions(std::string_view config_json, const sluice::Host& host) {
    const Json config = merged(config_json, host);
    Options options;
    options.enabled = isWanted(config);
    if (!options.enabled) return options;
    const OptionReader read(config, "", host);
    read.only({"enabled",
               "jwks_url",
               "jwt_public_key_url",
               "oidc_issuer",
               "public_keys",
               "hs_secret",
               "issuer",
               "jwt_issuer",
               "audience",
               "jwt_audience",
               "check_issuer",
               "check_audience",
               "algorithms",
               "leeway_s",
               "jwks_ttl_s",
               "public_key_ttl",
               "user_id_jwt_field",
               "user_email_jwt_field",
               "team_id_jwt_field",
               "team_ids_jwt_field",
               "org_id_jwt_field",
               "end_user_id_jwt_field",
               "roles_jwt_field",
               "user_roles_jwt_field",
               "object_id_jwt_field",
               "scope_jwt_field",
               "admin_jwt_scope",
               "admin_allowed_routes",
               "team_allowed_routes",
               "team_id_default",
               "team_id_upsert",
               "user_id_upsert",
               "fallback_to_db_teams",
               "enforce_team_based_model_access",
               "allow_unknown",
               "user_allowed_email_domain",
               "user_allowed_roles",
               "enforce_rbac",
               "role_mappings",
               "role_permissions",
               "scope_mappings",
               "enforce_scope_based_access",
               "virtual_key_claim_field",
               "jwt_client_id_field",
               "unregistered_jwt_client_behavior",
               "store",
               "cache_max"});
    readSources(read, options);
    readKeys(read, options);
    if (options.sources.empty() && options.keys.empty())
        sluice::ConfigObject::fail(
            "jwks_url", "nothing",
            "where the keys are: jwks_url (os.environ/JWT_PUBLIC_KEY_URL), oidc_issuer, "
            "public_keys or hs_secret");
    readAlgorithms(read, options);
    readRules(read, options);
    readFields(read, options);
    readRoles(read, options);
    readScopes(read, options);
    readPeople(read, options);
    readMapping(read, options);
    readRest(read, options);
    return options;
}

}  // namespace auth_jwt
