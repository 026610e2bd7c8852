// The spend, activity and names reports on a few events by hand.
#include "support.h"

using namespace store_tests;

namespace {

void fill(TestStore& store) {
    const auto at = [](int day) { return kNov21 + day * store_common::kDayMs + 5; };
    Call a{"1"}, b{"2"}, c{"3"}, d{"4"};
    a.key = "alice";
    a.cost = 3'000'000'000'000;
    a.attributes = tagged(R"(["prod","eu"])");
    a.end_user = "customer";
    b.key = "bob";
    b.cost = 500'000'000'000;
    b.start_ms = at(1);
    b.outcome = "failure";
    b.attributes = tagged(R"(["prod"])");
    c.key = "bob";
    c.model = "claude";
    c.provider = "anthropic";
    c.start_ms = at(2);
    c.cost = 1;
    d.key = "alice";
    d.team = "";
    d.start_ms = at(2);
    d.cost = -1;
    CHECK(store.append({a, b, c, d}) == SLUICE_OK);
}

}  // namespace

TEST_CASE("spend by one dimension, the dearest first") {
    TestStore store(":memory:");
    fill(store);
    const auto by_key = store.report(R"({"report":"spend","group_by":["key_id"]})");
    REQUIRE(by_key["total"] == 2);
    CHECK(by_key["rows"][0]["key_id"] == "alice");
    CHECK(by_key["rows"][0]["spend"] == 3.0);
    CHECK(by_key["rows"][0]["unpriced_requests"] == 1);
    CHECK(by_key["rows"][1]["spend_pico_usd"] == 500'000'000'001);
    CHECK(by_key["rows"][1]["failed_requests"] == 1);
    CHECK(by_key["overall"]["requests"] == 4);
    const auto teams = store.report(R"({"report":"spend","group_by":"team"})");
    REQUIRE(teams["total"] == 2);
    CHECK(teams["rows"][1]["team"].is_null());
    const auto none = store.report(R"({"report":"spend","where":{"team":""}})");
    CHECK(none["overall"]["requests"] == 1);
    const auto tags = store.report(R"({"report":"spend","group_by":"tag"})");
    REQUIRE(tags["total"] == 2);
    CHECK(tags["rows"][0]["tag"] == "prod");
    CHECK(tags["rows"][0]["requests"] == 2);
    CHECK(tags["rows"][1]["spend"] == 3.0);
}

TEST_CASE("order, pages and days") {
    TestStore store(":memory:");
    fill(store);
    const auto days = store.report(R"({"report":"spend","group_by":["day"]})");
    REQUIRE(days["total"] == 3);
    CHECK(days["rows"][0]["day"] == "2026-11-21");
    CHECK(days["rows"][2]["day"] == "2026-11-23");
    const auto newest = store.report(R"({"report":"spend","group_by":["day"],"order":"-day","limit":1})");
    REQUIRE(newest["rows"].size() == 1);
    CHECK(newest["rows"][0]["day"] == "2026-11-23");
    CHECK(newest["total"] == 3);
    const auto second =
        store.report(R"({"report":"spend","group_by":"key_id","order":"requests","limit":1,"offset":1})");
    REQUIRE(second["rows"].size() == 1);
    CHECK(second["rows"][0]["key_id"] == "bob");
    CHECK(store.report(R"({"report":"spend","group_by":"key_id","offset":7})")["rows"].empty());
    CHECK(store.report(R"({"report":"spend","limit":0})")["overall"]["requests"] == 4);
    const auto range = store.report(R"({"report":"spend","from":"2026-11-22","to":"2026-11-22"})");
    CHECK(range["overall"]["spend"] == 0.5);
    CHECK(store.report(R"({"report":"spend","from":"2027-01-01"})")["total"] == 0);
}

TEST_CASE("where: values of other dimensions, several, and unknown ones") {
    TestStore store(":memory:");
    fill(store);
    const auto requests = [&](const std::string& where) {
        return store
            .report("{\"report\":\"spend\",\"group_by\":\"model\",\"where\":" + where +
                    "}")["overall"]["requests"]
            .get<int>();
    };
    CHECK(requests(R"({"key_id":"bob"})") == 2);
    CHECK(requests(R"({"key_id":["bob","alice"]})") == 4);
    CHECK(requests(R"({"key_id":"bob","provider":"anthropic"})") == 1);
    CHECK(requests(R"({"key_id":"nobody"})") == 0);
    CHECK(requests(R"({"key_id":[]})") == 0);
    CHECK(requests(R"({"tag":"prod"})") == 2);
    CHECK(requests(R"({"tag":"prod","key_id":"alice"})") == 1);
    CHECK(requests(R"({"end_user":"customer"})") == 1);
    CHECK(requests(R"({})") == 4);
}

TEST_CASE("activity: days and what they are made of") {
    TestStore store(":memory:");
    fill(store);
    const auto all = store.report(R"({"report":"activity"})");
    REQUIRE(all["days"].size() == 3);
    CHECK(all["overall"]["requests"] == 4);
    CHECK(all["days"][2]["date"] == "2026-11-23");
    CHECK(all["days"][2]["metrics"]["requests"] == 2);
    CHECK(all["days"][2]["breakdown"]["provider"]["anthropic"]["spend_pico_usd"] == 1);
    CHECK(all["days"][2]["breakdown"]["key_id"].size() == 2);
    const auto bob = store.report(
        R"({"report":"activity","where":{"key_id":"bob"},"breakdown":["model"],"from":"2026-11-23"})");
    REQUIRE(bob["days"].size() == 1);
    CHECK(bob["days"][0]["metrics"]["requests"] == 1);
    CHECK(bob["days"][0]["breakdown"].size() == 1);
    CHECK(bob["days"][0]["breakdown"]["model"]["claude"]["requests"] == 1);
    const auto tag = store.report(R"({"report":"activity","where":{"tag":"prod"},"breakdown_limit":1})");
    CHECK(tag["overall"]["requests"] == 2);
}

TEST_CASE("names: what there is") {
    TestStore store(":memory:");
    fill(store);
    CHECK(store.report(R"({"report":"tags"})")["rows"] == Json({"eu", "prod"}));
    CHECK(store.report(R"({"report":"tags","contains":"ro"})")["rows"] == Json({"prod"}));
    CHECK(store.report(R"({"report":"names","dimension":"key_id"})")["rows"] == Json({"alice", "bob"}));
    CHECK(store.report(R"({"report":"names","dimension":"end_user"})")["total"] == 1);
    CHECK(store.report(R"({"report":"names","dimension":"team"})")["rows"] == Json({"t"}));
}
