#include <set>

#include "admin.h"

TEST_CASE("every route is in the document, and every operation of it is registered") {
    Admin admin;
    const Json document = admin.get("/openapi.json").body;
    std::set<std::string> registered, told;
    for (const auto& route : admin.plugin.routes())
        registered.insert(std::string(sluice::view(route.method)) + " " +
                          std::string(sluice::view(route.path)));
    size_t operations = 0;
    for (const auto& [path, methods] : document["paths"].items()) {
        for (const auto& [method, operation] : methods.items()) {
            std::string upper = method;
            std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
            const size_t brace = path.find('{');
            told.insert(upper + " " + (brace == std::string::npos ? path : path.substr(0, brace) + "*"));
            ++operations;
        }
    }
    CHECK(told == registered);
    CHECK(operations > 100);
    CHECK(document["openapi"] == "3.1.0");
    const auto& body =
        document["paths"]["/key/generate"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    CHECK(body["additionalProperties"] == false);
    CHECK(body["properties"].contains("max_budget"));
}

TEST_CASE("paths with names in them") {
    Admin admin;
    (void)admin.post("/team/new", R"({"team_id":"a/b c"})");
    CHECK(admin.ask("PATCH", "/team/a%2Fb%20c", R"({"rpm_limit":1})", Admin::master()).status == 200);
    CHECK(admin.ask("PATCH", "/team/nobody", R"({"rpm_limit":1})", Admin::master()).status == 404);
    CHECK(admin.ask("PATCH", "/team/%ff", "{}", Admin::master()).status == 422);
    CHECK(admin.post("/key/a/b/c", "{}").status == 404);
    CHECK(admin.post("/key//reset_spend", "{}").status == 404);
    CHECK(admin.post("/key/info", "{}").status == 405);
}

TEST_CASE("the audit log: newest first, by pages, kept on the disk only") {
    Admin admin;
    for (int i = 0; i < 7; ++i)
        (void)admin.post("/budget/new", R"({"budget_id":")" + std::to_string(i) + "\"}");
    const auto page = admin.get("/audit?page=2&page_size=3").body;
    CHECK(page["total"] == 7);
    CHECK(page["total_pages"] == 3);
    REQUIRE(page["audit_logs"].size() == 3);
    const std::string id = page["audit_logs"][0]["id"];
    CHECK(admin.get("/audit/" + id).body["id"] == id);
    CHECK(admin.get("/audit/nobody").status == 404);
    CHECK(admin.get("/audit?object_id=4").body["audit_logs"][0]["action"] == "created");
    CHECK(admin.get("/audit?page=9").body["audit_logs"].empty());
    CHECK(admin.store.watches() == 11);  // access groups twice: as documents, and for who may use what  //
                                         // those of the documents that are kept at hand
    CHECK(admin.get("/audit?page_size=101").status == 422);
}
