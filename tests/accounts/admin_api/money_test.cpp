#include "admin.h"
#include "json_text.h"
#include "spent.h"

using admin_api::Pico;

TEST_CASE("money: digits in, the same digits out") {
    for (const auto& [pico, usd] : {std::pair("0", "0"),
                                    {"1", "0.000000000001"},
                                    {"1000000000000", "1"},
                                    {"123456000000000003", "123456.000000000003"},
                                    {"100000000000", "0.1"},
                                    {"18446744073709551616000000000000", "1000000000000000000"},  // the bound
                                    {"340282366920938463463", "340282366.920938463463"}}) {
        CAPTURE(pico);
        CHECK(Pico::fromDigits(pico)->usd() == usd);
    }
    for (const char* none : {"", "-1", "1.5", "1e3", "x"}) CHECK_FALSE(Pico::fromDigits(none));
}

TEST_CASE("money as JSON writes numbers") {
    for (const auto& [number, usd] : {std::pair("0.1", "0.1"),
                                      {"1e-07", "0.0000001"},
                                      {"1e-12", "0.000000000001"},
                                      {"1e-13", "0"},
                                      {"1.5e+3", "1500"},
                                      {"123456789.123456789", "123456789.123456789"},
                                      {"0.1234567890129", "0.123456789012"},
                                      {"0", "0"},
                                      {"1e-999999999", "0"}}) {
        CAPTURE(number);
        CHECK(Pico::fromUsd(number)->usd() == usd);
    }
    CHECK(Pico::fromUsd("1e300")->usd() == "1000000000000000000");
    for (const char* none : {"", "-1", "e5", "1e", "1ex", "0x1", "NaN"}) CHECK_FALSE(Pico::fromUsd(none));
    // What doubles cannot do.
    CHECK(*Pico::fromUsd("0.1") + *Pico::fromUsd("0.2") == *Pico::fromUsd("0.3"));
}

TEST_CASE("a store's answer keeps the digits of its numbers") {
    const char* text =
        R"({"a":0.012300000001,"b":[123456.000000000003,1,-2,true,null],"c":{"d":340282366920938463463,"e":"x\n"}})";
    CHECK(admin_api::textOf(admin_api::readExact(text)) == text);
    CHECK(admin_api::readExact("{\"a\":").is_discarded());
    CHECK(admin_api::picoOf(admin_api::readExact(text)["c"]["d"]).usd() == "340282366.920938463463");
    // A text of a client that looks like one of these numbers is still a text.
    CHECK(admin_api::textOf(admin_api::Json{{"a", "0.1"}}) == R"({"a":"0.1"})");
}

TEST_CASE("a report by customer: anybody's names, all digits, days without anybody") {
    Admin admin;
    const std::string whole = R"({"spend_pico_usd":12300000001,"total_tokens":5,"requests":1})";
    admin.store.answer = R"({"days":[{"date":"2026-11-01","breakdown":{"end_user":{"a\"},{\\\n\u00e9":)" +
                         whole + R"(,"":{"spend_pico_usd":340282366920938463463,"total_tokens":0}}}},)" +
                         R"({"date":"2026-11-02","breakdown":{"end_user":{}}},{"date":"2026-11-03"}]})";
    const auto told = admin.raw("GET", "/global/spend/report?group_by=customer");
    CHECK(
        Json::parse(told) ==
        Json::parse(
            R"([{"group_by_day":"2026-11-01","customers":[)"
            R"({"customer":"a\"},{\\\n\u00e9","total_spend":0.012300000001,"total_tokens":5,"requests":1},)"
            R"({"customer":"","total_spend":340282366.920938463463,"total_tokens":0,"requests":null}]},)"
            R"({"group_by_day":"2026-11-02","customers":[]},{"group_by_day":"2026-11-03","customers":[]}])"));
    CHECK(told.find("\"total_spend\":340282366.920938463463,") != std::string::npos);
}

TEST_CASE("budget periods begin where LiteLLM's do") {
    constexpr int64_t kDay = 86'400'000, kNow = 1'795'262'400'000;  // Saturday, 2026-11-21, 12:00 UTC
    CHECK(admin_api::periodStart("1d", kNow) == 1'795'219'200'000);
    CHECK(admin_api::periodStart("24h", kNow) == 1'795'219'200'000);
    CHECK(admin_api::periodStart("7d", kNow) == 1'795'219'200'000 - 5 * kDay);  // Monday, the 16th
    CHECK(admin_api::periodStart("30d", kNow) == 1'795'219'200'000 - 20 * kDay);
    CHECK(admin_api::periodStart("1mo", kNow) == 1'795'219'200'000 - 20 * kDay);
    CHECK(admin_api::periodStart("1h", kNow) == kNow);
    CHECK(admin_api::periodStart("5h", kNow) == kNow - 2 * 3'600'000);  // from midnight on
    CHECK(admin_api::periodStart("12mo", kNow) == 1'767'225'600'000);   // 2026-01-01
    CHECK(admin_api::periodStart("", kNow) == 0);
    CHECK(admin_api::periodStart("often", kNow) == 0);
}

TEST_CASE("what is spent: since the period or the reset, and what the reset left") {
    Admin admin;
    const std::string key = "sk-0123456789abcdef";
    (void)admin.post("/key/generate", R"({"key":")" + key + R"(","budget_duration":"1d"})");
    admin.store.answer = R"({"rows":[{"key_id":"x","spend_pico_usd":123456000000000003}],"exact":true})";
    const auto asked = [&] { return Json::parse(admin.store.asked.back()); };
    (void)admin.get("/key/info");
    CHECK(admin.raw("GET", "/key/info?key=" + key).find("\"spend\":123456.000000000003,") !=
          std::string::npos);
    CHECK(asked()["since_ms"] == admin_api::periodStart("1d", admin.host.wallMs()));
    CHECK(asked()["values"] == Json{hashOf(key)});
    CHECK(admin.post("/key/" + key + "/reset_spend", R"({"reset_to":0.1})").status == 200);
    CHECK(admin.raw("GET", "/key/info?key=" + key).find("\"spend\":123456.100000000003,") !=
          std::string::npos);
    CHECK(asked()["since_ms"] == admin.host.wallMs());
}

TEST_CASE("a reset of everything: in pieces, each with one line in the audit log") {
    Admin admin;
    for (int i = 0; i < 1500; ++i) admin.store.put("key", hashOf(std::to_string(i)), R"({"max_budget":1})");
    admin.store.put("team", "t", "{}");
    const auto said = admin.post("/global/spend/reset", "{}");
    CHECK(said.body["keys"] == 1500);
    CHECK(said.body["teams"] == 1);
    CHECK(admin.store.count("audit") == 3);
    const Json last = Json::parse(*admin.store.find("key", hashOf("1499")));
    CHECK(last["spend_base_usd"] == 0);
    CHECK(last["max_budget"] == 1);
    CHECK(last["spend_from"].get<std::string>().size() == 24);
    Identity boss{"k", "", "boss", ""};
    admin.store.put("user", "boss", R"({"user_role":"proxy_admin"})");
    CHECK(admin.ask("POST", "/global/spend/reset", "{}", boss).status == 403);
}
