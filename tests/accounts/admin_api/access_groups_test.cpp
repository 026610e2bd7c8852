// /access_group/…: groups of the store beside those that deployments name, in LiteLLM's shapes.
#include "admin.h"
#include <sluice/glob.hpp>

#include "known_models.h"

namespace {

struct Groups : Admin {
    Groups() {
        FakeCandidate beta, plain, other, wild;
        beta.id = "d1";
        beta.info = R"({"access_groups":["beta",7]})";
        plain.id = "d2";
        other.id = "d3";
        other.info = R"({"access_groups":"beta"})";
        wild.id = "d4";
        plugin.modelGroup("gpt", FakeCandidates{beta, plain});
        plugin.modelGroup("claude-3", FakeCandidates{other});
        plugin.modelGroup("openai/*", FakeCandidates{wild});
    }
    Said make(const std::string& body) { return post("/access_group/new", body); }
    Said put(const std::string& name, const std::string& body) {
        return ask("PUT", "/access_group/" + name + "/update", body, master());
    }
    Said drop(const std::string& name) {
        return ask("DELETE", "/access_group/" + name + "/delete", "", master());
    }
    Json info(const std::string& name) { return get("/access_group/" + name + "/info").body; }
};

}  // namespace

TEST_CASE("an access group is made, told of, changed and taken away") {
    Groups admin;
    const auto made =
        admin.make(R"({"access_group":"mine","model_names":["gpt","openai/o3","claude-*","gpt"]})");
    CHECK(made.status == 200);
    CHECK(made.body == Json::parse(R"({"access_group":"mine","model_names":["gpt","openai/o3","claude-*"],
                                       "models_updated":4})"));
    // What auth_keys reads.
    REQUIRE(admin.store.find("access_group", "mine"));
    const Json document = Json::parse(*admin.store.find("access_group", "mine"));
    CHECK(document["models"].size() == 3);
    CHECK(document["created_by"] == "master");
    CHECK(admin.make(R"({"access_group":"mine","model_names":["gpt"]})").status == 409);
    CHECK(admin.info("mine")["deployment_count"] == 4);
    CHECK(admin.info("mine")["definition_location"] == "db");
    CHECK(admin.put("mine", R"({"model_names":["claude-3"]})").body["models_updated"] == 1);
    CHECK(admin.info("mine")["model_names"] == Json::parse(R"(["claude-3"])"));
    CHECK(Json::parse(*admin.store.find("access_group", "mine"))["created_by"] == "master");
    const auto gone = admin.drop("mine");
    CHECK(gone.body["message"] == "Access group 'mine' deleted successfully");
    CHECK(gone.body["models_updated"] == 1);
    CHECK(admin.store.count("access_group") == 0);
    CHECK(admin.get("/access_group/mine/info").status == 404);
    CHECK(admin.drop("mine").status == 404);
    CHECK(admin.store.count("audit") == 3);
    CHECK(admin.get("/audit?table_name=access_group").body["total"] == 3);
}

TEST_CASE(
    "access groups of deployments are shown and stay as they are; a document of the name goes by itself") {
    Groups admin;
    const auto list = admin.get("/access_group/list").body["access_groups"];
    REQUIRE(list.size() == 1);
    CHECK(list[0] == Json::parse(R"({"access_group":"beta","model_names":["gpt"],"deployment_count":2,
                                     "definition_location":"config"})"));
    const auto refused = admin.put("beta", R"({"model_names":["claude-3"]})");
    CHECK(refused.status == 400);
    for (const char* where : {"\"d1\"", "model_info.access_groups", "/admin/reload"})
        CHECK(admin.errorOf(refused).find(where) != std::string::npos);
    CHECK(admin.drop("beta").status == 400);
    CHECK(admin.make(R"({"access_group":"beta","model_names":["claude-3"]})").status == 409);
    CHECK(admin.store.count("access_group") == 0);
    // One that came over an import, with LiteLLM's member.
    admin.store.put("access_group", "beta", R"({"access_model_names":["claude-3"],"blocked":false})");
    CHECK(admin.info("beta")["model_names"] == Json::parse(R"(["claude-3","gpt"])"));
    CHECK(admin.info("beta")["definition_location"] == "db, config");
    CHECK(admin.info("beta")["deployment_count"] == 3);
    CHECK(admin.put("beta", R"({"model_names":["openai/o3"]})").status == 200);
    CHECK(admin.info("beta")["model_names"] == Json::parse(R"(["openai/o3","gpt"])"));
    CHECK_FALSE(Json::parse(*admin.store.find("access_group", "beta")).contains("access_model_names"));
    CHECK(admin.drop("beta").body["message"].get<std::string>().find("stays: \"d1\"") != std::string::npos);
    CHECK(admin.info("beta")["model_names"] == Json::parse(R"(["gpt"])"));
}

TEST_CASE("access groups: one without models may be made again, and one that is no object is shown") {
    Groups admin;
    admin.store.put("access_group", "empty", R"({"models":[]})");
    admin.store.put("access_group", "odd", "[1]");
    CHECK(admin.info("odd")["model_names"].empty());
    CHECK(admin.make(R"({"access_group":"empty","model_names":["gpt"]})").status == 200);
    CHECK(admin.info("empty")["model_names"].size() == 1);
}

TEST_CASE("access groups: what is refused") {
    Groups admin;
    (void)admin.make(R"({"access_group":"a/b c","model_names":["gpt"]})");
    CHECK(admin.info("a%2Fb%20c")["access_group"] == "a/b c");
    struct Case {
        const char* body;
        uint32_t status;
    };
    for (const auto& c : {Case{"{}", 400},
                          {R"({"access_group":"","model_names":["gpt"]})", 400},
                          {R"({"access_group":null,"model_names":["gpt"]})", 400},
                          {R"({"access_group":7,"model_names":["gpt"]})", 422},
                          {R"({"access_group":"x"})", 400},
                          {R"({"access_group":"x","model_names":[]})", 400},
                          {R"({"access_group":"x","model_names":"gpt"})", 422},
                          {R"({"access_group":"x","model_names":["gpt",7]})", 422},
                          {R"({"access_group":"x","model_names":["gpt","nobody"]})", 400},
                          {R"({"access_group":"x","model_names":["*"]})", 400},
                          {R"({"access_group":"x","model_names":["mistral-*"]})", 400},
                          {R"({"access_group":"x","model_names":["all-proxy-models"]})", 400},
                          {R"({"access_group":"x","model_ids":["d1"]})", 422},
                          {R"({"access_group":"gpt","model_names":["claude-3"]})", 400},
                          {R"({"access_group":"claude-*","model_names":["claude-3"]})", 400},
                          {R"({"access_group":"no-default-models","model_names":["gpt"]})", 400}}) {
        CAPTURE(c.body);
        CHECK(admin.make(c.body).status == c.status);
    }
    CHECK(admin.errorOf(admin.make(R"({"access_group":"x","model_names":["gpt","nobody"]})"))
              .find("\"nobody\"") != std::string::npos);
    CHECK(admin.put("nobody", R"({"model_names":["gpt"]})").status == 404);
    CHECK(admin.put("a%2Fb%20c", R"({"model_names":["nobody"]})").status == 400);
    CHECK(admin.put("a%2Fb%20c", R"({"access_group":"y"})").status == 422);
    CHECK(admin.store.count("access_group") == 1);
    const Identity somebody{"somebody"};
    CHECK(admin.ask("POST", "/access_group/new", "{}", somebody).status == 403);
    CHECK(admin.ask("GET", "/access_group/list", "", somebody).status == 403);
    CHECK(admin.ask("DELETE", "/access_group/x/delete", "", somebody).status == 403);
}

TEST_CASE("patterns with stars anywhere") {
    using sluice::matchesGlob;
    for (const auto& [pattern, text] : {std::pair("openai/*", "openai/gpt-4o"),
                                        {"*", ""},
                                        {"*", "x"},
                                        {"a*b*c", "abbc"},
                                        {"a*b*c", "a-b-b-c"},
                                        {"*-claude-*", "eu-claude-3"},
                                        {"", ""},
                                        {"a**", "a"}}) {
        CAPTURE(pattern, text);
        CHECK(matchesGlob(pattern, text));
    }
    for (const auto& [pattern, text] : {std::pair("openai/*", "openai"),
                                        {"a*b*c", "ac"},
                                        {"a*b", "abc"},
                                        {"", "x"},
                                        {"a", "aa"},
                                        {"*b", "a"}}) {
        CAPTURE(pattern, text);
        CHECK_FALSE(matchesGlob(pattern, text));
    }
}
