// Usage events one by one.
#include <array>

#include "support.h"

using namespace store_tests;

namespace {

void fill(TestStore& store) {
    std::vector<sluice_record> all;
    for (int i = 0; i < 30; ++i) {
        Call call{"c" + std::to_string(i)};
        call.key = i == 17 ? "rare" : "often";
        call.outcome = i % 10 == 3 ? "failure" : "success";
        call.end_user = i % 15 == 4 ? "customer" : "";
        call.attributes = i % 6 == 5 ? tagged("[\"x\"]") : "{}";
        call.start_ms = kNov21 + i * store_common::kDayMs + i;
        all.push_back(call);
    }
    CHECK(store.append(all) == SLUICE_OK);
}

std::vector<std::string> ids(TestStore& store, const std::string& more) {
    std::vector<std::string> all;
    const auto answer = store.report("{\"report\":\"logs\"" + more + "}");
    for (const auto& row : answer["rows"]) all.push_back(row["request_id"]);
    return all;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("events, the newest first, page by page, over months") {
    TestStore store(":memory:");
    fill(store);
    CHECK(ids(store, "").size() == 30);
    CHECK(ids(store, ",\"limit\":2") == Ids{"c29", "c28"});
    CHECK(ids(store, ",\"limit\":2,\"offset\":19") == Ids{"c10", "c9"});
    CHECK(ids(store, ",\"limit\":2,\"order\":\"time\"") == Ids{"c0", "c1"});
    CHECK(store.report(R"({"report":"logs","limit":29})")["more"] == true);
    CHECK(store.report(R"({"report":"logs","limit":30})")["more"] == false);
    const auto from = std::to_string(kNov21 + 3 * store_common::kDayMs + 3);
    CHECK(ids(store, ",\"order\":\"time\",\"limit\":1,\"from_ms\":" + from) == Ids{"c3"});
    CHECK(ids(store, ",\"limit\":1,\"to_ms\":" + from) == Ids{"c3"});
    CHECK(ids(store, ",\"from_ms\":" + from + ",\"to_ms\":" + from) == Ids{"c3"});
}

TEST_CASE("events of one caller, tag, customer, outcome, call") {
    TestStore store(":memory:");
    fill(store);
    CHECK(ids(store, R"(,"where":{"key_id":"rare"})") == Ids{"c17"});
    CHECK(ids(store, R"(,"where":{"key_id":"often"})").size() == 29);
    CHECK(ids(store, R"(,"where":{"key_id":"nobody"})").empty());
    CHECK(ids(store, R"(,"where":{"end_user":"customer"})") == Ids{"c19", "c4"});
    CHECK(ids(store, R"(,"where":{"tag":"x"},"limit":2)") == Ids{"c29", "c23"});
    CHECK(ids(store, R"(,"where":{"tag":"x","end_user":"customer"})").empty());
    CHECK(ids(store, R"(,"where":{"outcome":"failure"})") == Ids{"c23", "c13", "c3"});
    CHECK(ids(store, R"(,"where":{"outcome":"failure","key_id":"often"},"offset":1,"limit":1)") ==
          Ids{"c13"});
    CHECK(ids(store, R"(,"where":{"outcome":"nothing"})").empty());
    CHECK(ids(store, R"(,"where":{"call_id":"c9"})") == Ids{"c9"});
    CHECK(ids(store, R"(,"where":{"call_id":"c9","key_id":"rare"})").empty());
    CHECK(ids(store, R"(,"where":{"call_id":"nothing"})").empty());
}

// Whoever looks for failures is led past days and callers without any: nothing may be lost on the way.
TEST_CASE("events of one outcome, of several callers, over days with and without") {
    TestStore store(":memory:");
    const std::array<const char*, 4> outcomes{"failure", "cancelled", "blocked", "success"};
    std::vector<sluice_record> all;
    std::map<std::string, Ids> wanted;  // by outcome, the newest first
    for (int i = 0; i < 400; ++i) {
        Call call{"c" + std::to_string(i)};
        const int day = i / 10;
        call.key = "k" + std::to_string(i % 7);
        call.outcome = day % 3 == 0 || i % 5 != 0 ? "success" : outcomes[static_cast<size_t>(i / 5) % 4];
        call.start_ms = kNov21 + day * store_common::kDayMs + i;
        all.push_back(call);
        wanted[call.outcome].insert(wanted[call.outcome].begin(), "c" + std::to_string(i));
    }
    CHECK(store.append(all) == SLUICE_OK);
    for (const char* outcome : outcomes) {
        const std::string where = R"(,"where":{"outcome":")" + std::string(outcome) + "\"}";
        CHECK(ids(store, where + R"(,"limit":1000)") == wanted[outcome]);
        const Ids page(wanted[outcome].begin() + 3, wanted[outcome].begin() + 8);
        CHECK(ids(store, where + R"(,"limit":5,"offset":3)") == page);
        CHECK(ids(store, where + R"(,"limit":1,"order":"time")") == Ids{wanted[outcome].back()});
    }
    CHECK(ids(store, R"(,"where":{"outcome":"failure","key_id":["k0","k1"]},"limit":1000)").size() <
          wanted["failure"].size());
}

TEST_CASE("an event has LiteLLM's names where it has them") {
    TestStore store(":memory:");
    Call call{"c-1"};
    call.attributes = R"({"tags":"[\"x\",\"y\"]","note":"n"})";
    call.cost = 12'300'000'000;
    CHECK(store.append({call}) == SLUICE_OK);
    const auto row = store.report(R"({"report":"logs"})")["rows"][0];
    CHECK(row["request_id"] == "c-1");
    CHECK(row["api_key"] == "k");
    CHECK(row["team_id"] == "t");
    CHECK(row["organization_id"] == "o");
    CHECK(row["user"] == "u");
    CHECK(row["end_user"].is_null());
    CHECK(row["model"] == "gpt-4o");
    CHECK(row["model_group"] == "gpt");
    CHECK(row["custom_llm_provider"] == "openai");
    CHECK(row["call_type"] == "acompletion");
    CHECK(row["startTime"] == "2026-11-21T00:00:01.000Z");
    CHECK(row["request_duration_ms"] == 500);
    CHECK(row["status"] == "success");
    CHECK(row["spend"] == 0.0123);
    CHECK(row["request_tags"] == Json({"x", "y"}));
    CHECK(row["attributes"]["note"] == "n");
    CHECK(row["usage_known"] == true);
    CHECK(row["stream"] == false);
    call.id = "c-2";
    call.cost = -1;
    CHECK(store.append({call}) == SLUICE_OK);
    CHECK(store.report(R"({"report":"logs","where":{"call_id":"c-2"}})")["rows"][0]["spend"].is_null());
}
