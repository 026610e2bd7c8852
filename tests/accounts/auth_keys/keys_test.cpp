// Virtual keys: who holds one, and what it opens.
#include "gateway.h"

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
                          {R"(["llm_api_routes"])", "/v1/files/file-1/content", "endpoint", true},
                          {R"(["llm_api_routes"])", "/batches", "endpoint", true},
                          {R"(["llm_api_routes"])", "/v1/messages/batches", "endpoint", true},
                          {R"(["llm_api_routes"])", "/v1/batchesx", "endpoint", false},
                          {R"(["openai_routes"])", "/v1/batches/b", "endpoint", true},
                          {R"(["openai_routes"])", "/v1/messages/batches", "endpoint", false},
                          {R"(["anthropic_routes"])", "/v1/messages/batches", "endpoint", true},
                          {R"(["anthropic_routes"])", "/v1/batches", "endpoint", false},
                          {R"(["openai_routes"])", "/v1/messages", "messages", false},
                          {R"(["anthropic_routes"])", "/v1/messages", "messages", true},
                          {R"(["management_routes"])", "/key/generate", "endpoint", true},
                          {R"(["info_routes"])", "/key/info", "endpoint", true},
                          {R"(["info_routes"])", "/key/health", "endpoint", true},
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
