// Who a token says its bearer is, and what that opens, with a store and without.
#include "accounts/digest.h"
#include "gateway.h"

namespace {

// user = sub, team = team, teams = groups, and whatever else.
Json fields(const Json& more = Json::object()) {
    Json all{{"user_id_jwt_field", "sub"},          {"team_id_jwt_field", nullptr},
             {"team_ids_jwt_field", "groups"},      {"org_id_jwt_field", "org"},
             {"end_user_id_jwt_field", "customer"}, {"user_email_jwt_field", "email"}};
    all.merge_patch(more);
    return all;
}

}  // namespace

TEST_CASE("claims become who it is: nested, of lists the first, by numbers, by names with dots") {
    Gateway g(Json{{"user_id_jwt_field", "realm.user.id"},
                   {"team_id_jwt_field", "https://acme.com/team"},
                   {"org_id_jwt_field", "org"},
                   {"end_user_id_jwt_field", "customer"},
                   {"user_email_jwt_field", "email"}});
    auto request = g.request(g.token(Json{{"realm", {{"user", {{"id", 42}}}}},
                                          {"https://acme.com/team", {"red", "blue"}},
                                          {"org", "acme"},
                                          {"customer", "c-7"},
                                          {"email", "ann@acme.com"}}));
    CHECK(g.ask(request).empty());
    CHECK(request.identity().user == "42");
    CHECK(request.identity().team == "red");
    CHECK(request.identity().tenant == "red");
    CHECK(request.identity().organization == "acme");
    CHECK(request.identity().end_user == "c-7");
    CHECK(request.identity().key_alias == "ann@acme.com");
    CHECK(request.identity().key_id == accounts::Digest(std::string(kIssuer) + "\nann").hex());
}

TEST_CASE("one bearer, one key id, whatever the token") {
    Gateway g;
    auto one = g.request(g.token(Json{{"jti", 1}})), two = g.request(g.token(Json{{"jti", 2}})),
         other = g.request(g.token(Json{{"sub", "bob"}}));
    CHECK((g.ask(one).empty() && g.ask(two).empty() && g.ask(other).empty()));
    CHECK(one.identity().key_id == two.identity().key_id);
    CHECK(one.identity().key_id != other.identity().key_id);
}

TEST_CASE("claims that can be no id") {
    Gateway g(fields());
    for (const Json& odd :
         {Json(true), Json::object({{"a", 1}}), Json("a\nb"), Json(std::string(600, 'x')), Json(1.5)}) {
        CAPTURE(odd.dump());
        CHECK(g.refused(g.token(Json{{"sub", odd}}), "its claim sub is no text"));
        CHECK(g.refused(g.token(Json{{"groups", {odd}}}), "its claim groups is no text"));
    }
    CHECK(g.refused(g.token(Json{{"scope", 7}}), "its claim scope is no text"));
}

TEST_CASE("the end user of the token is not overruled by the request") {
    Gateway g(fields());
    auto request =
        g.request(g.token(Json{{"customer", "mine"}})).withHeader("x-litellm-customer-id", "somebody-else");
    CHECK(g.ask(request).empty());
    CHECK(request.identity().end_user == "mine");
    auto header = g.request(g.token()).withHeader("x-litellm-customer-id", "c");
    CHECK(g.ask(header).empty());
    CHECK(header.identity().end_user == "c");
}

TEST_CASE("admins: by scope, as text or list, or by role; on the routes of admins") {
    Gateway g(
        fields(Json{{"roles_jwt_field", "realm.roles"},
                    {"role_mappings", Json::array({{{"role", "boss"}, {"internal_role", "proxy_admin"}}})}}));
    for (const Json& claims :
         {Json{{"scope", "openid litellm_proxy_admin"}}, Json{{"scope", {"litellm_proxy_admin"}}},
          Json{{"scp", "litellm_proxy_admin"}}, Json{{"realm", {{"roles", {"x", "boss"}}}}}}) {
        CAPTURE(claims.dump());
        auto admin = g.request(g.token(claims)).withPath("/key/generate").withRoute("endpoint");
        CHECK(g.ask(admin).empty());
        CHECK(admin.identity().admin);
        CHECK(g.ask(g.token(claims)).rfind("403 Token is not allowed to call this route", 0) == 0);
    }
    for (const Json& claims :
         {Json{{"scope", "litellm_proxy_admin2"}}, Json{{"scope", "xlitellm_proxy_admin"}},
          Json{{"scope", {"openid litellm_proxy_admin"}}}, Json{{"roles", "boss"}}}) {
        CAPTURE(claims.dump());
        auto nobody = g.request(g.token(claims));
        CHECK(g.ask(nobody).empty());
        CHECK_FALSE(nobody.identity().admin);
    }
    Gateway both(Json{{"admin_jwt_scope", "root"}, {"admin_allowed_routes", {"llm_api_routes", "/admin/*"}}});
    auto admin = both.request(both.token(Json{{"scope", "root"}}));
    CHECK(both.ask(admin).empty());
    CHECK(admin.identity().admin);
    CHECK(both.ask(both.token(Json{{"scope", "litellm_proxy_admin"}})).empty());
}

TEST_CASE("email domains") {
    Gateway g(fields(Json{{"user_allowed_email_domain", {"acme.com", "Acme.de"}}}));
    const auto with = [&](const Json& email, const Json& verified = Json()) {
        return g.ask(g.token(Json{{"email", email}, {"email_verified", verified}}));
    };
    for (const char* good : {"a@acme.com", "A@ACME.COM", "a@acme.de", "\"odd@name\"@acme.com"})
        CHECK(with(good).empty());
    for (const Json& bad : {Json("a@evil.com"), Json("a@sub.acme.com"), Json("a@acme.com.evil.com"),
                            Json("a@acme.com@evil.com"), Json("acme.com"), Json(""), Json(),
                            Json("a@acme.com "), Json("a@xacme.com")}) {
        CAPTURE(bad.dump());
        CHECK(with(bad) == "403 Email domain not allowed.");
    }
    CHECK(with("a@acme.com", true).empty());
    CHECK(with("a@acme.com", false) == "403 Email domain not allowed.");
}

TEST_CASE("roles of users, and tokens that are nobody's") {
    Gateway g(fields(Json{{"user_roles_jwt_field", "access.roles"}, {"user_allowed_roles", {"basic"}}}));
    CHECK(g.ask(g.token(Json{{"access", {{"roles", {"x", "basic"}}}}})).empty());
    CHECK(g.ask(g.token(Json{{"access", {{"roles", {"x"}}}}})).rfind("403 User is not allowed", 0) == 0);
    CHECK(g.ask(g.token()).rfind("403 User is not allowed", 0) == 0);
    Gateway rbac(Json{{"enforce_rbac", true}});
    CHECK(rbac.ask(rbac.token()).rfind("403 Unmatched token passed in", 0) == 0);
    CHECK_FALSE(rbac.ask(rbac.token(Json{{"scope", "litellm_proxy_admin"}})).rfind("403 Unmatched", 0) == 0);
}

TEST_CASE("what roles may do") {
    const Json roles =
        Json::array({{{"role", "team"}, {"models", {"gpt"}}, {"routes", {"/v1/chat/completions"}}},
                     {{"role", "internal_user"}, {"models", {"small"}}}});
    Gateway g(fields(Json{{"enforce_rbac", true}, {"role_permissions", roles}}));
    const Json team{{"groups", {"red"}}};
    CHECK(g.ask(g.token(team), "gpt").empty());
    CHECK(g.ask(g.token(team), "small").rfind("403 key not allowed to access model", 0) == 0);
    auto other = g.request(g.token(team)).withPath("/v1/embeddings").withRoute("embeddings");
    CHECK(g.ask(other).rfind("403 Token is not allowed to call this route", 0) == 0);
    CHECK(g.ask(g.token(), "small").empty());
    CHECK_FALSE(g.ask(g.token(), "gpt").empty());
}

TEST_CASE("scopes: each opens its models, none opens none") {
    const Json scopes = Json::array({{{"scope", "m.small"}, {"models", {"small", "tiny-*"}}},
                                     {{"scope", "m.gpt"}, {"models", {"gpt"}}},
                                     {{"scope", "m.none"}}});
    Gateway g(fields(Json{{"scope_mappings", scopes}, {"enforce_scope_based_access", true}}));
    const auto with = [&](const char* scope, const char* model) {
        return g.ask(g.token(Json{{"scope", scope}}), model).empty();
    };
    CHECK(with("m.small", "small"));
    CHECK(with("m.small", "tiny-1"));
    CHECK_FALSE(with("m.small", "gpt"));
    CHECK(with("m.small m.gpt", "gpt"));
    CHECK_FALSE(with("m.none", "gpt"));
    CHECK_FALSE(with("openid", "gpt"));
    CHECK_FALSE(with("", "small"));
}

TEST_CASE("teams, users and organisations of the store: blocks, models, aliases, as for keys") {
    Gateway g(fields(), true);
    g.store.put("user", "ann", R"({"models":["gpt","small"]})");
    g.store.put("team", "red",
                R"({"models":["gpt"],"model_aliases":{"fast":"gpt"},"organization_id":"acme"})");
    g.store.put("organization", "acme", "{}");
    const Json red{{"groups", {"red"}}};
    CHECK(g.ask(g.token(), "small").empty());
    CHECK(g.ask(g.token(), "other").rfind("403 user not allowed to access model", 0) == 0);
    auto fast = g.request(g.token(red), "fast");
    CHECK(g.ask(fast).empty());
    CHECK(fast.model() == "gpt");
    CHECK(fast.identity().organization == "acme");
    CHECK(g.ask(g.token(red), "small").rfind("403 team not allowed to access model", 0) == 0);
    for (const auto& [kind, id] : {std::pair("team", "red"), {"user", "ann"}, {"organization", "acme"}}) {
        CAPTURE(kind);
        const std::string before = *g.store.find(kind, id);
        g.store.put(kind, id, R"({"blocked":true,"organization_id":"acme"})");
        CHECK(g.ask(g.token(red)).find("is blocked") != std::string::npos);
        g.store.put(kind, id, before);
        CHECK(g.ask(g.token(red)).empty());
    }
    g.store.put("customer", "c", R"({"blocked":true})");
    CHECK(g.ask(g.token(Json{{"customer", "c"}})) == "403 Customer=c is blocked.");
}

TEST_CASE("whom the store does not know") {
    Gateway g(fields(), true);
    CHECK(g.ask(g.token()).rfind("403 User doesn't exist", 0) == 0);
    g.store.put("user", "ann", "{}");
    CHECK(g.ask(g.token()).empty());
    CHECK(g.ask(g.token(Json{{"groups", {"red"}}})).rfind("403 Team doesn't exist", 0) == 0);
    CHECK(g.ask(g.token(Json{{"org", "acme"}})).rfind("403 Organization doesn't exist", 0) == 0);
    auto admin = g.request(g.token(Json{{"sub", "root"}, {"scope", "litellm_proxy_admin"}}))
                     .withPath("/key/list")
                     .withRoute("endpoint");
    CHECK(g.ask(admin).empty());
    Gateway open(fields(Json{{"allow_unknown", true}}), true);
    auto request = open.request(open.token(Json{{"groups", {"red"}}, {"org", "acme"}}));
    CHECK(open.ask(request).empty());
    CHECK(request.identity().team == "red");
    CHECK(open.store.count("team") == 0);
}

TEST_CASE("newcomers are written to the store, a moment later, once") {
    Gateway g(fields(Json{{"user_id_upsert", true}, {"team_id_upsert", true}}), true);
    for (int i = 0; i < 5; ++i)
        CHECK(g.ask(g.token(Json{{"groups", {"red"}}, {"email", "ann@acme.com"}, {"jti", i}})).empty());
    CHECK(g.store.count("user") == 0);  // not on the way of the request
    g.host.advance(200);
    const Json user = Json::parse(*g.store.find("user", "ann"));
    CHECK(user["user_email"] == "ann@acme.com");
    CHECK(user["user_role"] == "internal_user");
    CHECK(user["teams"] == Json::array({"red"}));
    CHECK(g.store.find("team", "red") != nullptr);
    g.store.put("user", "ann", R"({"blocked":true})");
    CHECK_FALSE(g.ask(g.token()).empty());
    g.host.advance(200);
    CHECK(*g.store.find("user", "ann") == R"({"blocked":true})");  // what is there is not overwritten
    g.store.unavailable = true;
    CHECK(g.ask(g.token(Json{{"sub", "bob"}})).empty());
    g.host.advance(1'000);
    CHECK(g.host.logged("cannot be written"));
    g.store.unavailable = false;
    g.host.advance(200);
    CHECK(g.store.find("user", "bob") != nullptr);
}

TEST_CASE("nobody becomes a user who may not come in") {
    Gateway g(fields(Json{{"user_id_upsert", true}, {"user_allowed_email_domain", "acme.com"}}), true);
    CHECK_FALSE(g.ask(g.token(Json{{"email", "x@evil.com"}})).empty());
    CHECK_FALSE(g.ask(g.token(Json{{"groups", {"no-such-team"}}, {"email", "x@acme.com"}})).empty());
    g.host.advance(500);
    CHECK(g.store.count("user") == 0);
}

TEST_CASE("several teams: the first that is known, not blocked and may use the model") {
    Gateway g(fields(), true);
    g.store.put("user", "ann", "{}");
    g.store.put("team", "blocked", R"({"blocked":true})");
    g.store.put("team", "small", R"({"models":["small"],"organization_id":"o"})");
    g.store.put("team", "gpt", R"({"models":["gpt"],"model_aliases":{"fast":"gpt"}})");
    const auto token = g.token(Json{{"groups", {"unknown", "blocked", "small", "gpt"}}});
    auto small = g.request(token, "small"), gpt = g.request(token, "gpt"), fast = g.request(token, "fast"),
         other = g.request(token, "other");
    CHECK(g.ask(small).empty());
    CHECK(small.identity().team == "small");
    CHECK_FALSE(small.attribute("sluice.team").has_value());
    CHECK(g.ask(gpt).empty());
    CHECK(gpt.attribute("sluice.team") == "gpt");
    CHECK(g.ask(fast).empty());
    CHECK(fast.model() == "gpt");
    CHECK(g.ask(other).rfind("403 team not allowed to access model", 0) == 0);
    auto named = g.request(token, "gpt").withHeader("x-litellm-team-id", "gpt");
    CHECK(g.ask(named).empty());
    CHECK(named.identity().team == "gpt");
    auto wrong = g.request(token, "gpt").withHeader("x-litellm-team-id", "small");
    CHECK(g.ask(wrong).rfind("403 team not allowed", 0) == 0);
    auto foreign =
        g.request(g.token(Json{{"groups", {"small"}}}), "gpt").withHeader("x-litellm-team-id", "gpt");
    CHECK(g.ask(foreign) == "403 x-litellm-team-id is none of the teams of this token.");
    auto stranger = g.request(g.token(), "gpt").withHeader("x-litellm-team-id", "gpt");
    CHECK(g.ask(stranger) == "403 x-litellm-team-id is none of the teams of this token.");
    CHECK(g.ask(g.token(Json{{"groups", {"blocked"}}})).find("is blocked") != std::string::npos);
}

TEST_CASE("a team that has to be there, a team for everybody, the teams of the user") {
    Gateway must(fields(Json{{"team_id_jwt_field", "team"}}));
    CHECK(must.ask(must.token()) == "403 No team found in token. Checked team_id field 'team'");
    CHECK(must.ask(must.token(Json{{"team", "red"}})).empty());
    Gateway enforced(fields(Json{{"enforce_team_based_model_access", true}}));
    CHECK(enforced.ask(enforced.token()).rfind("403 No teams found in token", 0) == 0);
    Gateway fallback(fields(Json{{"team_id_default", "all"}}));
    auto request = fallback.request(fallback.token());
    CHECK(fallback.ask(request).empty());
    CHECK(request.identity().team == "all");
    Gateway g(fields(Json{{"fallback_to_db_teams", true}}), true);
    g.store.put("user", "ann", R"({"teams":["red","blue"]})");
    g.store.put("team", "red", R"({"models":["small"]})");
    g.store.put("team", "blue", R"({"models":["gpt"]})");
    CHECK(g.ask(g.token(), "gpt").empty());
    CHECK(g.ask(g.token(), "small").empty());
    CHECK_FALSE(g.ask(g.token(), "other").empty());
}

TEST_CASE("a rare guest: the id of a role's object") {
    Gateway g(
        Json{{"roles_jwt_field", "roles"},
             {"object_id_jwt_field", "oid"},
             {"role_mappings", Json::array({{{"role", "svc"}, {"internal_role", "team"}},
                                            {{"role", "person"}, {"internal_role", "internal_user"}}})}});
    auto team = g.request(g.token(Json{{"roles", {"svc"}}, {"oid", "o-1"}})),
         user = g.request(g.token(Json{{"roles", "person"}, {"oid", "o-2"}}));
    CHECK((g.ask(team).empty() && g.ask(user).empty()));
    CHECK(team.identity().team == "o-1");
    CHECK(user.identity().user == "o-2");
}

TEST_CASE("upserts need a store; several stores need a name") {
    FakeHost host;
    auto plugin = host.load(*sluice_plugin_entry_v1(), Gateway::config(Json{{"user_id_upsert", true}}));
    CHECK(plugin.start().find("need a store") != std::string::npos);
    auto named = host.load(*sluice_plugin_entry_v1(), Gateway::config(Json{{"store", "main"}}));
    CHECK(named.start().find("there is no store named") != std::string::npos);
    FakeStore store;
    host.services[SLUICE_STORE_ID] = store.service();
    {
        auto fine = host.load(*sluice_plugin_entry_v1(), Gateway::config(Json{{"user_id_upsert", true}}));
        CHECK(fine.start().empty());
        CHECK(store.watches() == 6);  // no keys
        CHECK(host.timers.size() == 2);
    }
    CHECK(store.watches() == 0);
    CHECK(host.timers.empty());
}
