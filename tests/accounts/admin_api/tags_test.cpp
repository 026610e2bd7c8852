// /tag/…: budgets and limits of tags, in LiteLLM's shapes.
#include "admin.h"

TEST_CASE("a tag is made, told of, listed, changed and taken away") {
    Admin admin;
    (void)admin.post("/budget/new", R"({"budget_id":"b","max_budget":7})");
    const auto made =
        admin.post("/tag/new", R"({"name":"batch","description":"at night","rpm_limit":5,"models":[]})");
    CHECK(made.status == 200);
    CHECK(made.body["message"] == "Tag batch created successfully");
    CHECK(made.body["tag"]["name"] == "batch");
    CHECK(made.body["tag"]["created_by"] == "master");
    CHECK(made.body["tag"]["budget_id"].is_null());
    CHECK(admin.post("/tag/new", R"({"name":"batch"})").status == 409);
    // What the plugin limits reads.
    REQUIRE(admin.store.find("tag", "batch"));
    CHECK(Json::parse(*admin.store.find("tag", "batch"))["rpm_limit"] == 5);

    admin.store.answer = R"({"rows":[{"tag":"batch","spend_pico_usd":1500000000001}]})";
    const auto told = admin.post("/tag/info", R"({"names":["batch","nobody"]})").body;
    CHECK(told.size() == 1);
    CHECK(told["batch"]["description"] == "at night");
    CHECK(told["batch"]["spend"].dump() == "1.500000000001");
    CHECK(Json::parse(admin.store.asked.back())["dimension"] == "tag");

    const auto changed = admin.post("/tag/update", R"({"name":"batch","budget_id":"b","rpm_limit":null})");
    CHECK(changed.body["message"] == "Tag batch updated successfully");
    CHECK(changed.body["tag"]["budget_id"] == "b");
    CHECK(changed.body["tag"]["rpm_limit"].is_null());
    CHECK(changed.body["tag"]["description"] == "at night");
    CHECK(admin.post("/budget/delete", R"({"id":"b"})").status == 400);  // a tag refers to it

    CHECK(admin.post("/tag/delete", R"({"name":"batch"})").body["message"] ==
          "Tag batch deleted successfully");
    CHECK(admin.store.count("tag") == 0);
    CHECK(admin.post("/budget/delete", R"({"id":"b"})").status == 200);
    CHECK(admin.store.count("audit") == 5);
}

TEST_CASE("tags: the list has those that requests have named, each once") {
    Admin admin;
    (void)admin.post("/tag/new", R"({"name":"a"})");
    (void)admin.post("/tag/new", R"({"name":"b"})");
    admin.store.answer = R"({"rows":["b","c"],"total":2})";
    const auto list = admin.get("/tag/list").body;
    std::string names;
    for (const auto& tag : list) names += tag["name"].get<std::string>();
    CHECK(names == "abc");
    CHECK(list[2]["created_at"].is_null());
}

TEST_CASE("tags: what is refused") {
    Admin admin;
    (void)admin.post("/tag/new", R"({"name":"a"})");
    struct Case {
        const char* path;
        const char* body;
        uint32_t status;
    };
    for (const auto& c : {Case{"/tag/new", "{}", 400},
                          {"/tag/new", R"({"name":""})", 400},
                          {"/tag/new", R"({"name":"x","rpm_limit":-1})", 422},
                          {"/tag/new", R"({"name":"x","rpm_limits":1})", 422},
                          {"/tag/new", R"({"name":"x","models":["gpt"]})", 400},
                          {"/tag/new", R"({"name":"x","budget_id":"nobody"})", 400},
                          {"/tag/update", R"({"name":"x"})", 404},
                          {"/tag/update", R"({"name":"a","models":["gpt"]})", 400},
                          {"/tag/info", "{}", 400},
                          {"/tag/info", R"({"names":["x"]})", 404},
                          {"/tag/delete", R"({"name":"x"})", 404}}) {
        CAPTURE(c.path, c.body);
        CHECK(admin.post(c.path, c.body).status == c.status);
    }
    CHECK(admin.errorOf(admin.post("/tag/new", R"({"name":"x","models":["gpt"]})"))
              .find("litellm_params.tags") != std::string::npos);
    CHECK(admin.store.count("tag") == 1);
    CHECK(admin.ask("POST", "/tag/new", R"({"name":"x"})", Identity{"somebody"}).status == 403);
    CHECK(admin.ask("GET", "/tag/list", "", Identity{"somebody"}).status == 403);
}
