#include <catch2/catch.hpp>

#include "accounts/digest.h"
#include "accounts/entity.h"
#include "fake_store.h"

using namespace sluice::testing;

namespace {

const std::string kKey = "sk-0123456789abcdef";

std::string hashOf(const std::string& key) { return accounts::Digest(key).hex(); }

// A gateway with the plugin and a store that holds these documents.
struct Gateway {
    Gateway() : plugin(host.load(*sluice_plugin_entry_v1())) {
        host.services[SLUICE_STORE_ID] = store.service();
    }
    void start() { REQUIRE(plugin.start().empty()); }
    void key(const std::string& json, const std::string& key = kKey) { store.put("key", hashOf(key), json); }

    FakeRequest request(const std::string& key = kKey, const std::string& body = R"({"model":"gpt"})") {
        return host.request(body).withHeader("authorization", "Bearer " + key);
    }
    // What the three phases make of it: empty if all let it pass, else the type of the error.
    std::string ask(FakeRequest request) {
        const auto who = plugin.authenticate(request);
        if (who.continued()) return "unknown";
        if (!who.identified()) return request.block().type;
        if (!plugin.authorize(request).continued()) return request.block().type;
        return plugin.preCall(request).continued() ? "" : request.block().type;
    }
    std::string ask(const std::string& body = R"({"model":"gpt"})") { return ask(request(kKey, body)); }

    FakeStore store;
    FakeHost host;
    FakePlugin plugin;
};

}  // namespace

TEST_CASE("LiteLLM's hash of a key, and the way back") {
    CHECK(hashOf("sk-1234") == "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b");
    CHECK(accounts::Digest::fromHex(hashOf(kKey))->hex() == hashOf(kKey));
    for (const char* none : {"", "88", "zz"}) CHECK_FALSE(accounts::Digest::fromHex(none).has_value());
}

TEST_CASE("a key that the store has, in every field where a client may put it") {
    Gateway g;
    g.key(R"({"key_alias":"me","user_id":"u","team_id":"t","organization_id":"o"})");
    g.start();
    for (const char* field :
         {"authorization", "x-litellm-api-key", "api-key", "x-api-key", "x-goog-api-key"}) {
        auto request = g.host.request(R"({"model":"gpt"})").withHeader(field, kKey);
        CAPTURE(field);
        CHECK(g.ask(request).empty());
        CHECK(request.identity().key_id == hashOf(kKey));
        CHECK(request.identity().key_alias == "me");
        CHECK(request.identity().team == "t");
        CHECK(request.identity().organization == "o");
        CHECK_FALSE(request.identity().admin);
    }
    CHECK(g.ask(g.request("sk-another-key-here")) == "unknown");  // the next authenticator's, or nobody's
    CHECK(g.ask(g.host.request("{}")) == "unknown");
}

TEST_CASE("changes of the store count from the next request on") {
    Gateway g;
    g.start();
    CHECK(g.ask() == "unknown");
    g.key("{}");
    CHECK(g.ask().empty());
    g.key(R"({"blocked":true})");
    CHECK(g.ask() == "auth_error");
    g.store.remove("key", hashOf(kKey));
    CHECK(g.ask() == "unknown");
}

TEST_CASE("a document that is not understood opens nothing") {
    Gateway g;
    g.key("{}");
    g.start();
    for (const char* bad :
         {R"({"blocked":"yes"})", R"({"models":"gpt"})", R"({"expires":"soon"})", "[]", "{"}) {
        CAPTURE(bad);
        g.key("{}");
        CHECK(g.ask().empty());
        g.key(bad);
        CHECK(g.ask() == "unknown");
    }
    CHECK(g.host.logged("is of no use"));
    g.key(R"({"team_id":"t"})");
    g.store.put("team", "t", R"({"blocked":"perhaps"})");
    CHECK(g.ask() == "auth_error");
}

TEST_CASE("expiry, in every way of writing a time") {
    Gateway g;
    g.start();
    for (const char* past : {R"("2001-02-03T04:05:06Z")", R"("2001-02-03 04:05:06.789")",
                             R"("2001-02-03T04:05:06+02:00")", "1000", R"("2001-02-03")"}) {
        CAPTURE(past);
        g.key(std::string(R"({"expires":)") + past + "}");
        CHECK(g.ask() == "expired_key");
    }
    for (const char* future : {R"("2999-01-01T00:00:00Z")", "null", R"("")", "99999999999999"}) {
        g.key(std::string(R"({"expires":)") + future + "}");
        CHECK(g.ask().empty());
    }
    CHECK(accounts::readTime("1970-01-01T01:00:00+01:00") == 0);
    CHECK(accounts::readTime("1970-01-01T00:00:01.5-00:30") == 1'801'500);
}

TEST_CASE("models: the key's, and everybody's whom it belongs to") {
    Gateway g;
    g.store.put("team", "t", R"({"models":["gpt","claude-*"],"organization_id":"o"})");
    g.store.put("user", "u", R"({"models":["gpt"]})");
    g.start();
    struct Case {
        const char* key;
        const char* model;
        const char* refused;
    };
    for (const auto& c : {Case{"{}", "anything", ""},
                          {R"({"models":["gpt"]})", "gpt", ""},
                          {R"({"models":["gpt"]})", "gpt-4", "key_model_access_denied"},
                          {R"({"models":["openai/*"]})", "openai/gpt-4", ""},
                          {R"({"models":["openai/*"]})", "azure/gpt-4", "key_model_access_denied"},
                          {R"({"models":["all-proxy-models"]})", "x", ""},
                          {R"({"models":["no-default-models"]})", "x", "key_model_access_denied"},
                          {R"({"team_id":"t"})", "claude-3", ""},
                          {R"({"team_id":"t"})", "other", "team_model_access_denied"},
                          {R"({"team_id":"t","models":["other"]})", "other", "team_model_access_denied"},
                          {R"({"team_id":"t","models":["all-team-models"]})", "gpt", ""},
                          {R"({"user_id":"u"})", "claude-3", "user_model_access_denied"},
                          {R"({"user_id":"u","team_id":"t"})", "claude-3", ""}}) {
        CAPTURE(c.key, c.model);
        g.key(c.key);
        CHECK(g.ask(std::string(R"({"model":")") + c.model + "\"}") == c.refused);
    }
    g.store.put("organization", "o", R"({"models":["gpt"]})");
    g.key(R"({"team_id":"t"})");
    CHECK(g.ask(R"({"model":"claude-3"})") == "org_model_access_denied");
}

TEST_CASE("aliases: the key's before the team's; what they stand for is what is checked") {
    Gateway g;
    g.store.put("team", "t", R"({"model_aliases":{"fast":"team-fast","slow":"team-slow"}})");
    g.key(R"({"team_id":"t","aliases":{"fast":"gpt"},"models":["gpt","team-slow"]})");
    g.start();
    auto fast = g.request(kKey, R"({"model":"fast"})");
    CHECK(g.ask(fast).empty());
    CHECK(fast.model() == "gpt");
    auto slow = g.request(kKey, R"({"model":"slow"})");
    CHECK(g.ask(slow).empty());
    CHECK(slow.model() == "team-slow");
}

TEST_CASE("blocked teams, users, organisations and projects") {
    Gateway g;
    g.key(R"({"team_id":"t","user_id":"u","organization_id":"o","project_id":"p"})");
    g.start();
    for (const auto& [kind, id] :
         {std::pair("team", "t"), {"user", "u"}, {"organization", "o"}, {"project", "p"}}) {
        CAPTURE(kind);
        CHECK(g.ask().empty());
        g.store.put(kind, id, R"({"blocked":true})");
        CHECK(g.ask() == "auth_error");
        g.store.put(kind, id, R"({"blocked":false})");
    }
}

TEST_CASE("addresses: single ones and networks") {
    Gateway g;
    g.start();
    struct Case {
        const char* list;
        const char* from;
        bool in;
    };
    for (const auto& c : {Case{R"(["10.0.0.0/8"])", "10.255.1.2", true},
                          {R"(["10.0.0.0/8"])", "11.0.0.1", false},
                          {R"(["192.168.1.7"])", "192.168.1.7", true},
                          {R"(["192.168.1.7"])", "192.168.1.8", false},
                          {R"(["192.168.1.4/30"])", "192.168.1.8", false},
                          {R"(["192.168.1.4/30"])", "192.168.1.7", true},
                          {R"(["2001:db8::/33"])", "2001:db8:7fff::1", true},
                          {R"(["2001:db8::/33"])", "2001:db8:8000::1", false},
                          {R"(["10.0.0.0/8"])", "::ffff:10.1.1.1", true},
                          {R"(["0.0.0.0/0"])", "::1", false},
                          {R"(["nonsense","10.0.0.0/99","10.0.0.0/"])", "10.0.0.1", false},
                          {"[]", "10.0.0.1", true}}) {
        CAPTURE(c.list, c.from);
        g.key(std::string(R"({"allowed_ips":)") + c.list + "}");
        auto request = g.request().withClient(c.from);
        CHECK(g.ask(request) == (c.in ? "" : "auth_error"));
    }
}

TEST_CASE("routes: paths, what is below them, and families") {
    Gateway g;
    g.start();
    struct Case {
        const char* list;
        const char* path;
        const char* route;
        bool in;
    };
    for (const auto& c : {Case{R"(["/chat/completions"])", "/v1/chat/completions", "chat", true},
                          {R"(["/chat/completions"])", "/v1/embeddings", "embeddings", false},
                          {R"(["/v1/*"])", "/v1/embeddings", "embeddings", true},
                          {R"(["llm_api_routes"])", "/v1/messages", "messages", true},
                          {R"(["llm_api_routes"])", "/key/info", "endpoint", false},
                          {R"(["openai_routes"])", "/v1/messages", "messages", false},
                          {R"(["anthropic_routes"])", "/v1/messages", "messages", true},
                          {R"(["management_routes"])", "/key/generate", "endpoint", true},
                          {R"(["info_routes"])", "/key/info", "endpoint", true},
                          {R"(["info_routes"])", "/key/generate", "endpoint", false}}) {
        CAPTURE(c.list, c.path);
        g.key(std::string(R"({"allowed_routes":)") + c.list + "}");
        auto request = g.request().withPath(c.path).withRoute(c.route);
        CHECK(g.ask(request) == (c.in ? "" : "auth_error"));
    }
}

TEST_CASE("a rotated key leads to its successor for as long as the grace lasts") {
    Gateway g;
    const std::string fresh = "sk-fresh-0123456789";
    g.key(R"({"user_id":"u"})", fresh);
    g.key(R"({"active_token_id":")" + hashOf(fresh) + R"(","expires":"2999-01-01T00:00:00Z"})");
    g.start();
    auto old = g.request();
    CHECK(g.ask(old).empty());
    CHECK(old.identity().key_id == hashOf(fresh));
    g.key(R"({"active_token_id":")" + hashOf(fresh) + R"(","expires":1000})");
    CHECK(g.ask() == "expired_key");
    g.key(R"({"active_token_id":"nobody","expires":"2999-01-01T00:00:00Z"})");
    CHECK(g.ask() == "expired_key");
}

TEST_CASE("the end user: a header before the body") {
    Gateway g;
    g.key("{}");
    g.start();
    auto body = g.request(kKey, R"({"model":"gpt","user":"an \"end\" user"})");
    CHECK(g.ask(body).empty());
    CHECK(body.identity().end_user == "an \"end\" user");
    auto header = g.request(kKey, R"({"model":"gpt","user":"x"})").withHeader("x-litellm-customer-id", "c");
    CHECK(g.ask(header).empty());
    CHECK(header.identity().end_user == "c");
    auto odd = g.request(kKey, R"({"model":"gpt","user":["x"]})");
    CHECK(g.ask(odd).empty());
    CHECK(odd.identity().end_user.empty());
}

TEST_CASE("access groups: named among the models, or by their ids; of keys and of teams") {
    Gateway g;
    g.store.put("access_group", "beta", R"({"models":["gpt-5","claude-*"]})");
    g.store.put("access_group", "litellms", R"({"access_group_name":"x","access_model_names":["gpt-5"]})");
    g.store.put("team", "t", R"({"models":["beta"]})");
    g.store.put("team", "u", R"({"access_group_ids":["beta"]})");
    g.start();
    struct Case {
        const char* key;
        const char* model;
        const char* refused;
    };
    for (const auto& c : {Case{R"({"models":["beta"]})", "gpt-5", ""},
                          {R"({"models":["beta"]})", "claude-3", ""},
                          {R"({"models":["beta"]})", "gpt-4", "key_model_access_denied"},
                          {R"({"models":["gpt-4","beta"]})", "gpt-4", ""},
                          {R"({"access_group_ids":["beta"]})", "gpt-5", ""},
                          {R"({"access_group_ids":["litellms"]})", "gpt-5", ""},
                          {R"({"access_group_ids":["litellms"]})", "claude-3", "key_model_access_denied"},
                          {R"({"access_group_ids":["beta"]})", "gpt-4", "key_model_access_denied"},
                          {R"({"access_group_ids":["nobody"]})", "gpt-4", "key_model_access_denied"},
                          {R"({"models":["no-default-models"],"access_group_ids":["beta"]})", "gpt-5", ""},
                          {R"({"team_id":"t"})", "gpt-5", ""},
                          {R"({"team_id":"t"})", "gpt-4", "team_model_access_denied"},
                          {R"({"team_id":"u","models":["all-team-models"]})", "claude-3", ""},
                          {R"({"team_id":"u"})", "gpt-4", "team_model_access_denied"}}) {
        CAPTURE(c.key, c.model);
        g.key(c.key);
        CHECK(g.ask(std::string(R"({"model":")") + c.model + "\"}") == c.refused);
    }
    // A group that goes, or cannot be understood, opens nothing.
    g.key(R"({"models":["beta"]})");
    for (const char* bad : {R"({"models":"gpt-5"})", "[]", R"({"blocked":true,"models":["gpt-5"]})", "{}"}) {
        g.store.put("access_group", "beta", bad);
        CHECK(g.ask(R"({"model":"gpt-5"})") == "key_model_access_denied");
    }
    g.store.put("access_group", "beta", R"({"models":["gpt-5"]})");
    CHECK(g.ask(R"({"model":"gpt-5"})").empty());
    g.store.remove("access_group", "beta");
    CHECK(g.ask(R"({"model":"gpt-5"})") == "key_model_access_denied");
}

TEST_CASE("tags: of the request, the key and its team, each once") {
    Gateway g;
    g.store.put("team", "t", R"({"metadata":{"tags":["team-tag","key-tag"]}})");
    g.key(R"({"team_id":"t","metadata":{"tags":["key-tag"]},"tags":["direct"]})");
    g.start();
    auto all = g.request(kKey, R"({"model":"gpt","metadata":{"tags":["mine","direct"]},"tags":"a, b"})")
                   .withHeader("x-litellm-tags", "h1,h2 ,, h1")
                   .withAttribute("tags", R"(["before"])");
    CHECK(g.ask(all).empty());
    CHECK(all.attribute("tags") == R"(["before","direct","key-tag","team-tag","a","b","mine","h1","h2"])");
    auto none = g.request(kKey, R"({"model":"gpt","metadata":{"tags":{"x":1}},"tags":7})");
    CHECK(g.ask(none).empty());
    CHECK(none.attribute("tags") == R"(["direct","key-tag","team-tag"])");
    // Hostile ones are bounded: 64 of 512 bytes.
    std::string many;
    for (int i = 0; i < 500; ++i) many += "tag" + std::to_string(i) + ",";
    auto lots = g.request().withHeader("x-litellm-tags", many + std::string(600, 'x'));
    CHECK(g.ask(lots).empty());
    CHECK(nlohmann::json::parse(*lots.attribute("tags")).size() == 64);
    g.key("{}");
    auto plain = g.request();
    CHECK(g.ask(plain).empty());
    CHECK_FALSE(plain.attribute("tags").has_value());
}

TEST_CASE("a key's own tags stay, however many the request brings") {
    Gateway g;
    g.key(R"({"tags":["billing"]})");
    g.start();
    std::string many;
    for (int i = 0; i < 100; ++i) many += "tag" + std::to_string(i) + ",";
    auto request = g.request().withHeader("x-litellm-tags", many);
    CHECK(g.ask(request).empty());
    CHECK(request.attribute("tags")->find("\"billing\"") != std::string::npos);
}

TEST_CASE("guardrails, cache controls, metadata and permissions are there for later plugins") {
    Gateway g;
    g.store.put("team", "t", R"({"metadata":{"guardrails":["pii"],"cost_center":7}})");
    g.key(R"({"team_id":"t","guardrails":["secrets","pii"],"allowed_cache_controls":["no-cache"],
              "permissions":{"pii":false},"metadata":{"owner":"ann","logging":[{"callback_vars":{"key":"s3cr3t"}}],"tags":["x"]}})");
    g.start();
    auto request = g.request();
    CHECK(g.ask(request).empty());
    CHECK(request.attribute("sluice.guardrails") == R"(["secrets","pii"])");
    CHECK(request.attribute("sluice.cache_controls") == R"(["no-cache"])");
    CHECK(request.attribute("sluice.key_permissions") == R"({"pii":false})");
    CHECK(request.attribute("sluice.key_metadata") == R"({"owner":"ann"})");
    CHECK(request.attribute("sluice.team_metadata") == R"({"cost_center":7})");
    g.key(R"({"metadata":{"big":")" + std::string(5000, 'x') + "\"}}");
    auto big = g.request();
    CHECK(g.ask(big).empty());
    CHECK_FALSE(big.attribute("sluice.key_metadata").has_value());
    for (const char* bad : {R"({"metadata":"x"})", R"({"tags":"x"})", R"({"permissions":[1]})",
                            R"({"metadata":{"tags":"x"}})"}) {
        CAPTURE(bad);
        g.key(bad);
        CHECK(g.ask() == "unknown");
    }
}

TEST_CASE("parameters that a request must have") {
    Gateway g;
    g.store.put("team", "t", R"({"metadata":{"enforced_params":["metadata.run.id"]}})");
    g.key(R"({"team_id":"t","enforced_params":["user"]})");
    g.start();
    for (const char* good : {R"({"model":"gpt","user":"u","metadata":{"run":{"id":1}}})"})
        CHECK(g.ask(good).empty());
    for (const char* bad :
         {R"({"model":"gpt"})", R"({"model":"gpt","user":null,"metadata":{"run":{"id":1}}})",
          R"({"model":"gpt","user":"u"})", R"({"model":"gpt","user":"u","metadata":{"run":7}})",
          R"({"model":"gpt","user":"u","metadata":{"run":{"id":null}}})",
          R"({"model":"gpt","user":"u","metadata":"run"})"}) {
        CAPTURE(bad);
        CHECK(g.ask(bad) == "bad_request_error");
    }
}

TEST_CASE("keys of services: a user is not needed, their parameters are") {
    FakeHost host;
    FakeStore store;
    host.services[SLUICE_STORE_ID] = store.service();
    store.put("key", hashOf(kKey), R"({"metadata":{"service_account_id":"batch"},"team_id":"t"})");
    auto plugin =
        host.load(*sluice_plugin_entry_v1(), R"({"service_account_settings":{"enforced_params":["user"]}})");
    REQUIRE(plugin.start().empty());
    auto bare = host.request(R"({"model":"gpt"})").withHeader("api-key", kKey);
    CHECK(plugin.authenticate(bare).identified());
    CHECK(bare.identity().user.empty());
    CHECK(plugin.preCall(bare).blocked());
    auto full = host.request(R"({"model":"gpt","user":"u"})").withHeader("api-key", kKey);
    CHECK(plugin.authenticate(full).identified());
    CHECK(plugin.preCall(full).continued());
    CHECK(full.attribute("sluice.service_account") == "batch");
    store.put("key", hashOf(kKey), "{}");
    auto person = host.request(R"({"model":"gpt"})").withHeader("api-key", kKey);
    CHECK(plugin.authenticate(person).identified());
    CHECK(plugin.preCall(person).continued());
}

TEST_CASE("customers who are blocked, and callers of somebody else's") {
    Gateway g;
    g.store.put("customer", "c", R"({"blocked":true})");
    g.key("{}");
    g.start();
    CHECK(g.ask(R"({"model":"gpt","user":"c"})") == "auth_error");
    CHECK(g.ask(R"({"model":"gpt","user":"d"})").empty());
    auto other = g.host.request(R"({"model":"gpt","user":"x","tags":["t"]})")
                     .withIdentity({"jwt", "", "ann", "", "from-the-token"});
    CHECK(g.plugin.preCall(other).continued());
    CHECK(other.identity().end_user == "from-the-token");
    CHECK(other.attribute("tags") == R"(["t"])");
}

TEST_CASE("without a store it does not start, and it lets go of the store when it ends") {
    FakeHost host;
    auto lonely = host.load(*sluice_plugin_entry_v1());
    CHECK(lonely.start().find("store") != std::string::npos);
    FakeStore store;
    host.services[SLUICE_STORE_ID] = store.service();
    {
        auto plugin = host.load(*sluice_plugin_entry_v1());
        CHECK(plugin.start().empty());
        CHECK(store.watches() == 7);
    }
    CHECK(store.watches() == 0);
}
