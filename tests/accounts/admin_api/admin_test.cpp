#include "admin.h"

TEST_CASE("a key is made, shown once, looked at, changed and taken away") {
    Admin admin;
    const auto made = admin.post(
        "/key/generate",
        R"({"key_alias":"me","models":["gpt"],"max_budget":1.5,"duration":"30d","metadata":{"a":1}})");
    REQUIRE(made.status == 200);
    const std::string key = made.body["key"];
    CHECK(key.substr(0, 3) == "sk-");
    CHECK(key.size() == 25);
    CHECK(made.body["token"] == hashOf(key));
    CHECK(made.body["key_name"] == "sk-..." + key.substr(key.size() - 4));
    CHECK(made.body["expires"].get<std::string>().size() == 24);
    // Nothing that is kept, or logged, has the key in it.
    CHECK(admin.store.find("key", hashOf(key))->find(key) == std::string::npos);
    CHECK_FALSE(admin.host.logged(key));

    const auto info = admin.get("/key/info?key=" + key);
    CHECK(info.body["key"] == key);
    CHECK(info.body["info"]["models"] == Json{"gpt"});
    CHECK(info.body["info"]["spend"] == 0.0);
    CHECK(admin.get("/key/info?key=" + hashOf(key)).status == 200);

    CHECK(admin.post("/key/update", R"({"key":")" + key + R"(","max_budget":null,"models":[]})")
              .body["models"]
              .empty());
    CHECK(admin.post("/key/block", R"({"key":")" + key + "\"}").body["blocked"] == true);
    CHECK(admin.post("/key/unblock", R"({"key":")" + key + "\"}").body["blocked"] == false);
    CHECK(admin.post("/key/delete", R"({"key_aliases":["me"]})").body["deleted_keys"] == Json{hashOf(key)});
    CHECK(admin.get("/key/info?key=" + key).status == 404);
    CHECK(admin.store.count("key") == 0);
    CHECK(admin.store.count("audit") == 5);
}

TEST_CASE("bad bodies get a clear answer and change nothing") {
    Admin admin;
    struct Case {
        const char* path;
        const char* body;
        uint32_t status;
        const char* says;
    };
    for (const auto& c :
         {Case{"/key/generate", "{", 400, "no JSON"},
          {"/key/generate", "[]", 400, "object"},
          {"/key/generate", R"({"max_bugdet":1})", 422, "max_budget"},
          {"/key/generate", R"({"max_budget":"much"})", 422, "max_budget: found \"much\""},
          {"/key/generate", R"({"max_budget":-1})", 422, "not negative"},
          {"/key/generate", R"({"rpm_limit":1.5})", 422, "whole"},
          {"/key/generate", R"({"models":"gpt"})", 422, "list"},
          {"/key/generate", R"({"duration":"soon"})", 422, "30d"},
          {"/key/generate", R"({"key":"sk-short"})", 422, "16"},
          {"/key/generate", R"({"key":"no-prefix-at-all-here"})", 422, "sk-"},
          {"/key/generate", R"({"key_type":"root"})", 422, "llm_api"},
          {"/key/generate", R"({"team_id":"nobody"})", 400, "no team"},
          {"/key/generate", R"({"aliases":{"a":1}})", 422, "texts"},
          {"/key/generate", R"({"model_rpm_limit":{"a":"1"}})", 422, "whole"},
          {"/key/generate", R"({"model_max_budget":{"a":{"budget_limt":1}}})", 422, "budget_limit"},
          {"/key/generate", R"({"model_max_budget":{"a":{"time_period":"soon"}}})", 422, "time_period"},
          {"/key/update", "{}", 400, "key"},
          {"/key/update", R"({"key":"sk-0123456789abcdef","temp_budget_increase":1})", 400,
           "temp_budget_expiry"},
          {"/key/update", R"({"key":"' OR 1=1 --"})", 404, "Key"},
          {"/key/delete", "{}", 400, "keys"},
          {"/key/delete", R"({"keys":["sk-0123456789abcdef"]})", 404, "Key"},
          {"/team/update", R"({"team_id":"nobody"})", 404, "Team nobody"},
          {"/team/new", R"({"team_id":7})", 422, "team_id"},
          {"/user/new", R"({"user_role":"king"})", 422, "proxy_admin"},
          {"/customer/new", "{}", 400, "user_id"}}) {
        CAPTURE(c.path, c.body);
        const auto said = admin.post(c.path, c.body);
        CHECK(said.status == c.status);
        CHECK(admin.errorOf(said).find(c.says) != std::string::npos);
        CHECK(said.body["error"]["code"] == std::to_string(c.status));
    }
    CHECK(admin.store.count("key") + admin.store.count("team") + admin.store.count("audit") == 0);
    const auto page = admin.get("/key/list?page=0");
    CHECK(page.status == 422);
}

TEST_CASE("aliases are taken once, and so are keys") {
    Admin admin;
    CHECK(admin.post("/key/generate", R"({"key":"sk-0123456789abcdef","key_alias":"a"})").status == 200);
    CHECK(admin.post("/key/generate", R"({"key_alias":"a"})").status == 400);
    CHECK(admin.post("/key/generate", R"({"key":"sk-0123456789abcdef"})").status == 409);
    CHECK(admin.store.count("key") == 1);
}

TEST_CASE("rotation: the new key takes over, the old one leads there or dies") {
    Admin admin;
    const std::string old = "sk-0123456789abcdef";
    (void)admin.post("/key/generate", R"({"key":")" + old + R"(","key_alias":"a","rpm_limit":7})");
    const auto graced = admin.post("/key/regenerate", R"({"key":")" + old + R"(","grace_period":"2d"})");
    REQUIRE(graced.status == 200);
    const std::string fresh = graced.body["key"];
    CHECK(graced.body["rpm_limit"] == 7);
    CHECK(graced.body["rotation_count"] == 1);
    CHECK(Json::parse(*admin.store.find("key", hashOf(old)))["active_token_id"] == hashOf(fresh));
    const auto again = admin.post("/key/regenerate", R"({"key":")" + fresh + "\"}");
    CHECK(again.body["rotation_count"] == 2);
    CHECK(admin.store.find("key", hashOf(fresh)) == nullptr);
}

TEST_CASE("a key without a user changes nothing and sees only what is its own") {
    Admin admin;
    const std::string mine = "sk-0123456789abcdef", other = "sk-fedcba9876543210";
    for (const auto& key : {mine, other}) (void)admin.post("/key/generate", R"({"key":")" + key + "\"}");
    (void)admin.post("/team/new", R"({"team_id":"t"})");
    (void)admin.post("/team/new", R"({"team_id":"other"})");
    const Identity me{hashOf(mine), "t", "", "t"};
    for (const auto& [method, path] : {std::pair("POST", "/key/generate"),
                                       {"POST", "/key/update"},
                                       {"POST", "/key/delete"},
                                       {"POST", "/key/block"},
                                       {"POST", "/key/regenerate"},
                                       {"POST", "/team/new"},
                                       {"POST", "/team/delete"},
                                       {"POST", "/user/new"},
                                       {"GET", "/user/list"},
                                       {"POST", "/budget/new"},
                                       {"GET", "/team/info?team_id=other"},
                                       {"GET", "/team/info?team_id=never-was"},
                                       {"GET", "/user/info?user_id=x"},
                                       {"GET", "/user/info"},
                                       {"GET", "/global/spend"},
                                       {"GET", "/audit"},
                                       {"POST", "/global/spend/reset"},
                                       {"GET", "/budget/list"}}) {
        CAPTURE(path);
        CHECK(admin.ask(method, path, "{}", me).status == 403);
    }
    const auto self = admin.ask("GET", "/key/info", "", me);
    CHECK(self.status == 200);
    CHECK(self.body["key"] == hashOf(mine));
    CHECK(admin.ask("GET", "/key/info?key=" + other, "", me).body ==
          admin.ask("GET", "/key/info?key=sk-nobody-has-this-key", "", me).body);
    CHECK(admin.ask("GET", "/key/list", "", me).body["keys"] == Json{hashOf(mine)});
    CHECK(admin.ask("GET", "/team/info?team_id=t", "", me).status == 200);
}

TEST_CASE("teams and the rest: made, listed, changed, blocked, taken away with what hangs on them") {
    Admin admin;
    for (const auto& [prefix, id, many] : {std::tuple("/team", "team_id", "team_ids"),
                                           {"/user", "user_id", "user_ids"},
                                           {"/organization", "organization_id", "organization_ids"},
                                           {"/project", "project_id", "project_ids"},
                                           {"/customer", "user_id", "user_ids"},
                                           {"/budget", "budget_id", "budget_ids"}}) {
        const std::string p = prefix, named = std::string(R"({")") + id + R"(":"x")";
        CAPTURE(prefix);
        CHECK(admin.post(p + "/new", named + R"(,"max_budget":3})").status == 200);
        CHECK(admin.post(p + "/new", named + "}").status == 409);
        CHECK(admin.post(p + "/update", named + R"(,"max_budget":4})").body["max_budget"] == 4);
        CHECK(admin.post(p + "/block", named + "}").body["blocked"] == true);
        CHECK(admin.get(p + "/info?" + id + "=x").status == 200);
        const auto list = [&] {
            const auto said = admin.get(p + "/list").body;
            return said.is_object() ? said["users"].size() : said.size();
        };
        CHECK(list() == 1);
        CHECK(admin.post(p + "/delete", std::string("{\"") + many + R"(":["x"]})").status == 200);
        CHECK(list() == 0);
    }
    (void)admin.post("/team/new", R"({"team_id":"t"})");
    (void)admin.post("/key/generate", R"({"team_id":"t"})");
    (void)admin.post("/key/generate", "{}");
    CHECK(admin.post("/team/delete", R"({"team_ids":["t"]})").status == 200);
    CHECK(admin.store.count("key") == 1);
    CHECK(admin.post("/team/new", "{}").body["team_id"].get<std::string>().size() == 22);
}

TEST_CASE("a store that cannot write or answer") {
    Admin admin;
    (void)admin.post("/key/generate", R"({"key":"sk-0123456789abcdef"})");
    admin.store.unavailable = true;
    CHECK(admin.post("/key/generate", "{}").status == 503);
    CHECK(admin.post("/key/block", R"({"key":"sk-0123456789abcdef"})").status == 503);
    admin.store.report_status = SLUICE_E_UNAVAILABLE;
    CHECK(admin.get("/key/info?key=sk-0123456789abcdef").status == 503);
}

TEST_CASE("lists: pages and filters; percent signs in queries") {
    Admin admin;
    for (int i = 0; i < 25; ++i)
        (void)admin.post("/key/generate", R"({"user_id":")" + std::string(i % 2 ? "a b" : "c") + "\"}");
    const auto all = admin.get("/key/list");
    CHECK(all.body["keys"].size() == 10);
    CHECK(all.body["total_count"] == 25);
    CHECK(all.body["total_pages"] == 3);
    CHECK(admin.get("/key/list?page=3").body["keys"].size() == 5);
    CHECK(admin.get("/key/list?user_id=a%20b&size=100").body["keys"].size() == 12);
    CHECK(admin.get("/key/list?user_id=a+b&size=100&return_full_object=true").body["keys"][0]["user_id"] ==
          "a b");
    CHECK(admin.get("/key/list?user_id=%zz").body["keys"].empty());
}
