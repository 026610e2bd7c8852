// Tokens that count as virtual keys.
#include "accounts/digest.h"
#include "accounts/jwt_mapping.h"
#include "gateway.h"

namespace {

const std::string kVirtual = accounts::Digest("sk-virtual").hex();

Json claimed(const Json& more = Json::object()) {
    Json all{{"virtual_key_claim_field", "app.client"}, {"team_id_jwt_field", "team"}};
    all.merge_patch(more);
    return all;
}

struct Mapped : Gateway {
    explicit Mapped(const Json& more = Json::object()) : Gateway(claimed(more), true) {
        store.put("team", "red", R"({"models":["gpt","small"]})");
        store.put(
            "key", kVirtual,
            R"({"key_alias":"alice","team_id":"red","user_id":"al","models":["small"],"allowed_routes":["llm_api_routes"]})");
        map("c1", "");
    }
    void map(const std::string& value, const std::string& issuer, const std::string& digest = kVirtual,
             const std::string& more = "") {
        store.put(accounts::kJwtMappingKind, accounts::jwtMappingId(issuer, "app.client", value),
                  R"({"token":")" + digest + "\"" + more + "}");
    }
    std::string of(const Json& value, const Json& more = Json::object()) const {
        Json all{{"app", {{"client", value}}}};
        all.merge_patch(more);
        return token(all);
    }
};

}  // namespace

TEST_CASE("a token whose claim is mapped counts as the virtual key, and as nothing else") {
    Mapped g;
    auto request = g.request(g.of("c1", Json{{"team", "blue"}, {"scope", "litellm_proxy_admin"}}), "small");
    CHECK(g.ask(request).empty());
    CHECK(request.identity().key_id == kVirtual);
    CHECK(request.identity().key_alias == "alice");
    CHECK(request.identity().team == "red");
    CHECK(request.identity().user == "al");
    CHECK_FALSE(request.identity().admin);  // the token's scope is not the key's
    CHECK(g.ask(g.of("c1"), "gpt").rfind("403 key not allowed to access model", 0) == 0);
    // The token alone would not do: it has no team.
    CHECK(g.ask(g.of("c2"), "small").rfind("403 No team found in token", 0) == 0);
    CHECK(g.ask(g.of("c2", Json{{"team", "red"}}), "gpt").empty());
}

TEST_CASE("mappings, and the keys behind them, count as soon as they change") {
    Mapped g;
    const auto token = g.of("c1");
    CHECK(g.ask(token, "small").empty());
    g.map("c1", "", kVirtual, R"(,"is_active":false)");
    CHECK(g.ask(token, "small").rfind("403 No team", 0) == 0);
    g.map("c1", "", kVirtual, R"(,"is_active":true)");
    CHECK(g.ask(token, "small").empty());
    g.store.put("key", kVirtual, R"({"models":["small"],"blocked":true})");
    CHECK(g.ask(token, "small").find("Key is blocked") != std::string::npos);
    // Rotated: whoever shows a token need not know of it, however long the old key still counts.
    const auto next = accounts::Digest("sk-next").hex();
    g.store.put("key", next, R"({"models":["gpt"]})");
    g.store.put("key", kVirtual, R"({"models":["small"],"expires":1000,"active_token_id":")" + next + "\"}");
    auto request = g.request(token, "gpt");
    INFO(g.ask(request));
    CHECK(request.identity().key_id == next);
    // A key that is gone lets nobody in: not as what the token says either.
    g.store.remove("key", next);
    CHECK(g.ask(g.of("c1", Json{{"team", "red"}}), "gpt").find("is not there any more") != std::string::npos);
    g.store.remove(accounts::kJwtMappingKind, accounts::jwtMappingId("", "app.client", "c1"));
    CHECK(g.ask(g.of("c1", Json{{"team", "red"}}), "gpt").empty());
}

TEST_CASE("a mapping for one issuer comes before one for all") {
    Mapped g;
    const auto other = accounts::Digest("sk-other").hex();
    g.store.put("key", other, R"({"key_alias":"other"})");
    g.map("c1", kIssuer, other);
    g.map("c9", "https://elsewhere.test", other);
    auto request = g.request(g.of("c1"), "gpt");
    CHECK(g.ask(request).empty());
    CHECK(request.identity().key_alias == "other");
    CHECK(g.ask(g.of("c9"), "gpt").rfind("403 No team", 0) == 0);
}

TEST_CASE("claims that cannot be mapped, and who is not registered") {
    Mapped open, closed(Json{{"unregistered_jwt_client_behavior", "reject"}});
    open.map("7", "");
    CHECK(open.ask(open.of(7), "small").empty());
    for (const auto& value :
         {Json(std::string(257, 'x')), Json("a\nb"), Json(Json::array({"c1"})), Json(true), Json("")}) {
        CHECK(open.ask(open.of(value), "small").rfind("403 No team", 0) == 0);
        CHECK(closed.ask(closed.of(value, Json{{"team", "red"}}), "gpt")
                  .rfind("403 No virtual key is registered", 0) == 0);
    }
    CHECK(closed.ask(closed.of("c1"), "small").empty());
    CHECK(closed.ask(closed.of("c1", Json{{"exp", 1}}), "small").rfind("401", 0) ==
          0);  // still a token that must be good
}

TEST_CASE("configurations of mappings") {
    const auto refusal = [](const Json& more) -> std::string {
        FakeHost host;
        try {
            (void)host.load(*sluice_plugin_entry_v1(), Gateway::config(more));
        } catch (const std::runtime_error& why) {
            return why.what();
        }
        return "";
    };
    CHECK(refusal(claimed(Json{{"unregistered_jwt_client_behavior", "auto_register"}}))
              .find("fallback_team_mapping or reject") != std::string::npos);
    CHECK(refusal(Json{{"unregistered_jwt_client_behavior", "reject"}}).find("virtual_key_claim_field") !=
          std::string::npos);
    // LiteLLM's older name.
    Gateway g(Json{{"jwt_client_id_field", "azp"}}, true);
    g.store.put("key", kVirtual, R"({"key_alias":"alice"})");
    g.store.put(accounts::kJwtMappingKind, accounts::jwtMappingId("", "azp", "app"),
                R"({"token":")" + kVirtual + "\"}");
    auto request = g.request(g.token(Json{{"azp", "app"}}));
    CHECK(g.ask(request).empty());
    CHECK(request.identity().key_alias == "alice");
}
