// Rows of LiteLLM's tables: what PostgreSQL 15 writes for them, and every odd value that was thought of.
#include <catch2/catch.hpp>

#include "accounts/digest.h"
#include "accounts/entity.h"
#include "accounts/import.h"
#include "accounts/postgres.h"

using namespace accounts;

namespace {

constexpr std::string_view kKeys = "LiteLLM_VerificationToken";

// As \copy … csv header wrote it, columns and all.
constexpr std::string_view kExport =
    R"(token,key_name,key_alias,soft_budget_cooldown,spend,expires,models,aliases,config,user_id,team_id,permissions,max_parallel_requests,metadata,blocked,tpm_limit,rpm_limit,max_budget,budget_duration,budget_reset_at,allowed_cache_controls,allowed_routes,model_spend,model_max_budget,budget_id,organization_id,created_at,created_by
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,sk-...cdef,plain,f,1e-05,,{},{},{},,,{},,{},,,,,,,{},{},{},{},,,2026-01-02 03:04:05.6,
bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,sk-...1234,"odd, ""quoted""
and broken",f,12.5,2030-05-06 07:08:09,"{gpt-4o,""a b"",""c\""d"",""e\\f"",""g,h"",""NULL"",""""}","{""fast"": ""gpt-4o""}",{},"",red,{},,"{""note"": ""line\nbreak \""q\"""", ""tags"": [""x,y""]}",t,9007199254740991,,1e-05,,,{},{},{},{},,,2026-01-02 00:00:00,
cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc,,,f,0,,,{},{},,litellm-dashboard,{},,null,f,,,,,,{},{},{},{},,,2026-01-02 00:00:00,
)";

// A key with one column besides its token.
ImportedRow key(const char* column, const Json& value) {
    return importRow(kKeys, {{"token", std::string(64, 'a')}, {column, value}});
}

}  // namespace

TEST_CASE("an export of PostgreSQL's, as it is") {
    std::string fault;
    const auto rows = readCsv(kExport, fault);
    REQUIRE(rows);
    REQUIRE(rows->size() == 3);
    const auto plain = importRow(kKeys, (*rows)[0]), odd = importRow(kKeys, (*rows)[1]),
               session = importRow(kKeys, (*rows)[2]);
    CHECK(plain.kind == "key");
    CHECK(plain.id == std::string(64, 'a'));
    CHECK(
        plain.document ==
        Json::parse(
            R"({"key_name":"sk-...cdef","key_alias":"plain","soft_budget_cooldown":false,"spend":1e-05,"created_at":"2026-01-02T03:04:05.600Z"})"));
    CHECK(plain.ignored.empty());
    CHECK(odd.document["key_alias"] == "odd, \"quoted\"\nand broken");
    CHECK(odd.document["models"] == Json::array({"gpt-4o", "a b", "c\"d", "e\\f", "g,h", "NULL", ""}));
    CHECK(odd.document["aliases"] == Json::object({{"fast", "gpt-4o"}}));
    CHECK(odd.document["metadata"]["tags"] == Json::array({"x,y"}));
    CHECK(odd.document["expires"] == "2030-05-06T07:08:09.000Z");
    CHECK(odd.document["blocked"] == true);
    CHECK(odd.document["tpm_limit"] == 9007199254740991);
    CHECK_FALSE(odd.document.contains("user_id"));
    CHECK(session.skipped == "a session of LiteLLM's dashboard, no key");
}

TEST_CASE("the same rows as JSON give the same documents") {
    const Json row = Json::parse(
        R"({"token":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","key_name":"sk-...1234",
        "key_alias":"odd, \"quoted\"\nand broken","soft_budget_cooldown":false,"spend":12.5,"expires":"2030-05-06T07:08:09",
        "models":["gpt-4o","a b","c\"d","e\\f","g,h","NULL",""],"aliases":{"fast":"gpt-4o"},"user_id":"","team_id":"red",
        "metadata":{"note":"line\nbreak \"q\"","tags":["x,y"]},"blocked":true,"tpm_limit":9007199254740991,"max_budget":1e-05,
        "rpm_limit":null,"created_at":"2026-01-02T00:00:00"})");
    std::string fault;
    const auto csv = readCsv(kExport, fault);
    CHECK(importRow(kKeys, row).document == importRow(kKeys, (*csv)[1]).document);
}

TEST_CASE("arrays of Postgres") {
    using List = std::vector<std::string>;
    CHECK(readPostgresArray("{}") == List{});
    CHECK(readPostgresArray(" { } ") == List{});
    CHECK(readPostgresArray("{a}") == List{"a"});
    CHECK(readPostgresArray("{ a , b c }") == List{"a", "b c"});
    CHECK(readPostgresArray(R"({"","x",NULL})") == List{"", "x"});
    for (const char* none : {"", "{", "}", "a", "[\"a\"]", "{a", "{a,}", "{,a}", "{\"a}", "{\"a\"b}",
                             "{{a},{b}}", "{a\"b\"}", "{\"a\\", "{a\\}"})
        CHECK_FALSE(readPostgresArray(none).has_value());
}

TEST_CASE("values of every column type, good ones and others") {
    struct Case {
        const char* column;
        Json given, kept;  // kept: null means nothing is there
    };
    for (const auto& c : {Case{"blocked", "t", true},
                          {"blocked", "f", false},
                          {"blocked", true, true},
                          {"blocked", nullptr, nullptr},
                          {"models", "{a,b}", {"a", "b"}},
                          {"models", R"(["a","b"])", {"a", "b"}},
                          {"models", Json::array({"a", nullptr}), {"a"}},
                          {"models", "{}", nullptr},
                          {"metadata", R"({"a":1})", {{"a", 1}}},
                          {"metadata", R"("{\"a\":1}")", {{"a", 1}}},
                          {"metadata", "null", nullptr},
                          {"metadata", "{}", nullptr},
                          {"max_budget", "0", 0},
                          {"max_budget", "1e-05", 1e-05},
                          {"max_budget", "12.50", 12.5},
                          {"max_budget", 7, 7},
                          {"tpm_limit", "9223372036854775807", INT64_MAX},
                          {"tpm_limit", "100", 100},
                          {"tpm_limit", 100.0, 100},
                          {"expires", "2030-01-02 03:04:05.678", "2030-01-02T03:04:05.678Z"},
                          {"expires", "2030-01-02 03:04:05+02:00", "2030-01-02T01:04:05.000Z"},
                          {"expires", nullptr, nullptr},
                          {"user_id", "", nullptr},
                          {"user_id", "ü", "ü"}}) {
        CAPTURE(c.column, c.given.dump());
        const auto row = key(c.column, c.given);
        CHECK(row.skipped.empty());
        CHECK(row.document.value(c.column, Json()) == c.kept);
    }
    for (const auto& c : {Case{"blocked", "perhaps", {}},
                          {"blocked", 1, {}},
                          {"models", "a", {}},
                          {"models", "{{a}}", {}},
                          {"models", Json::array({1}), {}},
                          {"metadata", "[1]", {}},
                          {"metadata", "x", {}},
                          {"max_budget", "NaN", {}},
                          {"max_budget", "Infinity", {}},
                          {"max_budget", "1,5", {}},
                          {"max_budget", "", {}},
                          {"tpm_limit", "1.5", {}},
                          {"tpm_limit", "18446744073709551615", {}},
                          {"tpm_limit", "t", {}},
                          {"expires", "soon", {}},
                          {"expires", "infinity", {}},
                          {"user_id", 7, {}},
                          {"aliases", "{a}", {}}}) {
        CAPTURE(c.column, c.given.dump());
        CHECK(key(c.column, c.given).skipped.rfind(std::string(c.column) + ": expected ", 0) == 0);
    }
}

TEST_CASE("tokens: hashes, keys that were kept as they are, and others") {
    CHECK(importRow(kKeys, {{"token", Digest("sk-1234").hex()}}).skipped.empty());
    const auto old = importRow(kKeys, {{"token", "sk-1234"}});
    CHECK(old.id == "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b");
    CHECK(old.notes.size() == 1);
    CHECK(old.document.dump().find("sk-1234") == std::string::npos);
    CHECK(importRow(kKeys, {{"token", std::string(64, 'A')}}).id == std::string(64, 'a'));
    for (const Json& bad : {Json("x"), Json(), Json(7), Json(std::string(63, 'a')), Json("")})
        CHECK(importRow(kKeys, {{"token", bad}}).skipped.rfind("token: ", 0) == 0);
    CHECK(importRow(kKeys, Json::array()).skipped == "the row is no object");
    CHECK(importRow("LiteLLM_SpendLogs", Json::object()).skipped == "there is no such table here");
}

TEST_CASE("rotated keys lead to their successors until they are revoked") {
    const std::string next = Digest("sk-next").hex();
    const Json row{
        {"token", Digest("sk-old").hex()}, {"active_token_id", next}, {"revoke_at", "2030-01-01 00:00:00"}};
    const auto out = importRow("LiteLLM_DeprecatedVerificationToken", row);
    CHECK(out.document == Json({{"active_token_id", next}, {"expires", "2030-01-01T00:00:00.000Z"}}));
    std::string fault;
    CHECK(readKey(out.id, out.document.dump(), fault)->successor == next);
    for (const char* without : {"active_token_id", "revoke_at"}) {
        Json less = row;
        less.erase(without);
        CHECK_FALSE(importRow("LiteLLM_DeprecatedVerificationToken", less).skipped.empty());
    }
}

TEST_CASE("teams, users, organisations, projects, customers, budgets, access groups") {
    const auto team =
        importRow("LiteLLM_TeamTable", {{"team_id", "red"},
                                        {"models", "{gpt}"},
                                        {"members_with_roles", R"([{"role":"user","user_id":"ann"}])"},
                                        {"model_id", "7"},
                                        {"strange", 1}});
    CHECK(team.kind == "team");
    CHECK(
        team.document ==
        Json::parse(
            R"({"team_id":"red","models":["gpt"],"members_with_roles":[{"role":"user","user_id":"ann"}],"model_id":7})"));
    CHECK(team.notes.size() == 1);
    CHECK(team.ignored == std::vector<std::string>{"strange"});
    const auto user = importRow(
        "LiteLLM_UserTable",
        {{"user_id", "ann"}, {"password", "scrypt:…"}, {"teams", "{red}"}, {"user_role", "internal_user"}});
    CHECK(user.document.dump().find("scrypt") == std::string::npos);
    CHECK(user.ignored == std::vector<std::string>{"password"});
    std::string fault;
    CHECK(readGroup("ann", user.document.dump(), fault)->teams == std::vector<std::string>{"red"});
    CHECK(importRow("LiteLLM_OrganizationTable", {{"organization_id", "o"}}).document ==
          Json({{"organization_id", "o"}}));
    CHECK(importRow("LiteLLM_ProjectTable", {{"project_id", "p"}}).kind == "project");
    CHECK(importRow("LiteLLM_EndUserTable", {{"user_id", "c"}, {"blocked", "t"}}).document ==
          Json({{"user_id", "c"}, {"blocked", true}}));
    CHECK(importRow("LiteLLM_BudgetTable", {{"budget_id", "b"}, {"max_budget", "10"}}).document ==
          Json({{"budget_id", "b"}, {"max_budget", 10}}));
    CHECK(importRow("LiteLLM_AccessGroupTable", {{"access_group_id", "g"}, {"access_model_names", "{m}"}})
              .kind == "access_group");
    CHECK(importRow("LiteLLM_UserTable", {{"user_id", std::string(600, 'x')}}).skipped ==
          "user_id: longer than 512 bytes");
}

TEST_CASE("CSV that is none") {
    std::string fault;
    CHECK(readCsv("a\n", fault)->empty());
    CHECK(readCsv("a,b\r\n1,\r\n\r\n\"\",2", fault) ==
          std::vector<Json>{Json({{"a", "1"}, {"b", nullptr}}), Json({{"a", ""}, {"b", "2"}})});
    CHECK(readCsv("\xef\xbb\xbf"
                  "a\n1\n",
                  fault) == std::vector<Json>{Json({{"a", "1"}})});
    struct Case {
        const char* text;
        const char* where;
    };
    for (const auto& c : {Case{"", "line 1"},
                          {"a,\n", "line 1"},
                          {"a,b\n1\n", "line 2"},
                          {"a\n\"x\n", "line 2"},
                          {"a\n\"x\"y\n", "line 2"},
                          {"a\nx\"y\n", "line 2"},
                          {"a\n1\n1,2\n", "line 3"}}) {
        CAPTURE(c.text);
        CHECK_FALSE(readCsv(c.text, fault).has_value());
        CHECK(fault.rfind(c.where, 0) == 0);
    }
}
