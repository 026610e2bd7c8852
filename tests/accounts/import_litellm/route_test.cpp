// POST /key/import: what is written, what is not, and what the answer says about it.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "accounts/digest.h"
#include "fake_store.h"

using namespace sluice::testing;
using Json = nlohmann::json;

namespace {

struct Gateway {
    Gateway() : plugin(host.load(*sluice_plugin_entry_v1())) {
        host.services[SLUICE_STORE_ID] = store.service();
        REQUIRE(plugin.start().empty());
    }
    Json ask(const std::string& body, uint32_t status = 200) {
        auto request = host.request(body).withMethod("POST").withPath("/key/import");
        request.withIdentity({"k", "", "admin", "", "", true});
        CHECK(plugin.handle(request).responded());
        CHECK(request.reply().status == status);
        return Json::parse(request.reply().body);
    }
    Json import(const Json& body, uint32_t status = 200) { return ask(body.dump(), status); }

    FakeStore store;
    FakeHost host;
    FakePlugin plugin;
};

std::string hashOf(const std::string& key) { return accounts::Digest(key).hex(); }

Json keys(std::initializer_list<Json> rows) {
    return {{"table", "LiteLLM_VerificationToken"}, {"rows", rows}};
}

}  // namespace

TEST_CASE("only admins may import") {
    Gateway g;
    REQUIRE(g.plugin.routes().size() == 1);
    CHECK(g.plugin.routes()[0].flags == SLUICE_ROUTE_ADMIN);
}

TEST_CASE("rows become documents; the answer tells what became of which") {
    Gateway g;
    const auto answer = g.import(keys({{{"token", hashOf("sk-one")}, {"models", "{gpt}"}},
                                    {{"token", "x"}},
                                    {{"token", hashOf("sk-one")}},
                                    {{"token", hashOf("sk-two")}, {"team_id", "red"}},
                                    {{"token", hashOf("sk-three")}, {"color", "blue"}}}));
    CHECK(answer["imported"] == 2);
    CHECK(answer["skipped"] == 3);
    CHECK(answer["kind"] == "key");
    CHECK(answer["ignored_columns"] == Json::array({"color"}));
    CHECK(answer["rows"].size() == 3);
    CHECK(answer["rows"][0] ==
          Json({{"row", 2}, {"id", "x"}, {"skipped", "token: expected a SHA-256 in hexadecimal digits"}}));
    CHECK(answer["rows"][1]["skipped"] == "it is there twice");
    CHECK(answer["rows"][2]["skipped"] == "team_id: it is not in the store; import LiteLLM_TeamTable first");
    CHECK(*g.store.find("key", hashOf("sk-one")) == R"({"models":["gpt"]})");
    CHECK(g.store.count("key") == 2);
    CHECK(g.store.count("audit") == 1);
    CHECK(g.import(Json{{"table", "LiteLLM_TeamTable"}, {"csv", "team_id,models\nred,{gpt}\n"}})["imported"] ==
          1);
    CHECK(g.import(keys({{{"token", hashOf("sk-two")}, {"team_id", "red"}}}))["imported"] == 1);
}

TEST_CASE("what is there already stays, unless it is to be replaced") {
    Gateway g;
    g.store.put("key", hashOf("sk-one"), R"({"blocked":true})");
    const auto body = keys({{{"token", hashOf("sk-one")}}, {{"token", hashOf("sk-two")}}});
    const auto answer = g.import(body);
    CHECK((answer["imported"] == 1 && answer["skipped"] == 1));
    CHECK(*g.store.find("key", hashOf("sk-one")) == R"({"blocked":true})");
    CHECK(g.store.find("key", hashOf("sk-two")) != nullptr);
    Json again = body;
    again["overwrite"] = true;
    CHECK(g.import(again)["imported"] == 2);
    CHECK(*g.store.find("key", hashOf("sk-one")) == "{}");
}

TEST_CASE("a dry run writes nothing") {
    Gateway g;
    Json body = keys({{{"token", hashOf("sk-one")}}, {{"token", "x"}}});
    body["dry_run"] = true;
    const auto answer = g.import(body);
    CHECK((answer["imported"] == 1 && answer["skipped"] == 1 && answer["dry_run"] == true));
    CHECK((g.store.count("key") == 0 && g.store.count("audit") == 0));
}

TEST_CASE("many rows, and a store that is away") {
    Gateway g;
    std::string csv = "token,models\n";
    for (int i = 0; i < 2'345; ++i) csv += hashOf("sk-" + std::to_string(i)) + ",{gpt}\n";
    const Json body{{"table", "LiteLLM_VerificationToken"}, {"csv", csv}};
    CHECK(g.import(body)["imported"] == 2'345);
    CHECK(g.store.count("key") == 2'345);
    g.store.unavailable = true;
    CHECK(g.import(body, 503)["error"]["type"] == "no_db_connection");
}

TEST_CASE("bodies that are none") {
    Gateway g;
    for (const auto& [body, status] : {std::pair("", 400u),
                                       {"[]", 400u},
                                       {"{", 400u},
                                       {"{}", 422u},
                                       {R"({"table":"LiteLLM_SpendLogs","rows":[]})", 422u},
                                       {R"({"table":"LiteLLM_TeamTable"})", 422u},
                                       {R"({"table":"LiteLLM_TeamTable","rows":[],"csv":""})", 422u},
                                       {R"({"table":"LiteLLM_TeamTable","rows":{}})", 422u},
                                       {R"({"table":"LiteLLM_TeamTable","rows":[],"dryrun":true})", 422u},
                                       {R"({"table":7,"rows":[]})", 422u},
                                       {R"({"table":"LiteLLM_TeamTable","csv":"a\n\"x"})", 422u},
                                       {R"({"table":"LiteLLM_TeamTable","rows":[],"dry_run":1})", 422u}}) {
        CAPTURE(body);
        CHECK_FALSE(g.ask(std::string(body), status)["error"]["message"].get<std::string>().empty());
    }
    CHECK(g.store.count("team") == 0);
    CHECK(g.ask(R"({"table":"LiteLLM_TeamTable","rows":[7,null,"x"]})")["skipped"] == 3);
}
