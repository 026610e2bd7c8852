// What only some keys and teams say: access groups, tags, guardrails, parameters, services.
#include <nlohmann/json.hpp>

#include "gateway.h"

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

TEST_CASE("access groups: what deployments say in model_info") {
    Gateway g;
    FakeCandidate said, other, odd;
    said.info = R"({"access_groups":["beta","all",7],"mode":"chat"})";
    odd.info = R"({"access_groups":"beta"})";
    g.plugin.modelGroup("gpt-5", FakeCandidates{said, said, other});
    g.plugin.modelGroup("gpt-4", FakeCandidates{other, odd});
    g.plugin.modelGroup("openai/*", FakeCandidates{said});
    g.store.put("access_group", "closed", R"({"models":["gpt-4"]})");
    g.start();
    g.key(R"({"models":["beta"]})");
    CHECK(g.ask(R"({"model":"gpt-5"})").empty());
    CHECK(g.ask(R"({"model":"openai/o3"})").empty());
    CHECK(g.ask(R"({"model":"gpt-4"})") == "key_model_access_denied");
    g.key(R"({"models":["closed"]})");
    CHECK(g.ask(R"({"model":"gpt-5"})") == "key_model_access_denied");
    // A document of the same name adds to it, or closes it.
    g.key(R"({"access_group_ids":["beta"]})");
    g.store.put("access_group", "beta", R"({"models":["gpt-4"]})");
    CHECK(g.ask(R"({"model":"gpt-4"})").empty());
    CHECK(g.ask(R"({"model":"gpt-5"})").empty());
    g.store.put("access_group", "beta", R"({"models":["gpt-4"],"blocked":true})");
    CHECK(g.ask(R"({"model":"gpt-5"})") == "key_model_access_denied");
    g.store.remove("access_group", "beta");
    CHECK(g.ask(R"({"model":"gpt-5"})").empty());
    g.store.put("team", "t", R"({"models":["all"]})");
    g.key(R"({"team_id":"t","models":["all-team-models"]})");
    CHECK(g.ask(R"({"model":"gpt-5"})").empty());
    CHECK(g.ask(R"({"model":"gpt-4"})") == "team_model_access_denied");
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
