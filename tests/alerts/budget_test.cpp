#include <catch2/catch.hpp>

#include "book.h"
#include "follower.h"
#include "reports.h"
#include "spend.h"

using namespace alerts;
using namespace testing;

namespace {

BudgetState state(double spent, double max, const char* duration = "", double soft = -1) {
    BudgetState it;
    it.spent_pico = static_cast<int64_t>(spent * 1e12);
    it.max_pico = max < 0 ? -1 : static_cast<int64_t>(max * 1e12);
    it.soft_pico = soft < 0 ? -1 : static_cast<int64_t>(soft * 1e12);
    it.period = kUtc.period(duration, kNow);
    return it;
}

const Account kKey{"key", "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
                   "app", "ann@acme.com",
                   "ann", "red"};

std::string eventOf(const BudgetState& it, int64_t now = kNow) {
    const auto alert = judge(kKey, it, now, kDay, kUtc);
    return alert ? alert->event : "";
}

}  // namespace

TEST_CASE("thresholds of a budget") {
    CHECK(eventOf(state(8.49, 10)) == "");
    CHECK(eventOf(state(8.5, 10)) == "threshold_crossed");
    CHECK(judge(kKey, state(9.49, 10), kNow, kDay, kUtc)->title == "85 % of a budget is used");
    CHECK(judge(kKey, state(9.5, 10), kNow, kDay, kUtc)->title == "95 % of a budget is used");
    CHECK(eventOf(state(10, 10)) == "budget_crossed");
    CHECK(eventOf(state(5, 10, "", 5)) == "soft_budget_crossed");
    CHECK(eventOf(state(5, -1, "", 5)) == "soft_budget_crossed");
    CHECK(eventOf(state(4.99, 10, "", 5)) == "");
    CHECK(eventOf(state(10, 10, "", 5)) == "budget_crossed");
    CHECK(eventOf(state(100, -1)) == "");
    // A budget of nothing refuses everything; there is nothing to cross.
    CHECK(eventOf(state(0, 0)) == "");
}

TEST_CASE("a threshold is news once for each step and period") {
    const auto at85 = judge(kKey, state(8.6, 10, "1d"), kNow, kDay, kUtc),
               at95 = judge(kKey, state(9.6, 10, "1d"), kNow, kDay, kUtc);
    auto next_day = state(8.6, 10, "1d");
    next_day.period = kUtc.period("1d", kNow + kDay);
    CHECK(at85->key() != at95->key());
    CHECK(at85->key() == judge(kKey, state(8.7, 10, "1d"), kNow, kDay, kUtc)->key());
    CHECK(at85->key() != judge(kKey, next_day, kNow + kDay, kDay, kUtc)->key());
}

TEST_CASE("what the webhook says of a budget is LiteLLM's") {
    const auto alert = judge(kKey, state(10, 10, "30d"), kNow, kDay, kUtc);
    REQUIRE(alert);
    CHECK(alert->group == "key");
    CHECK(alert->members["spend"] == 10.0);
    CHECK(alert->members["max_budget"] == 10.0);
    CHECK(alert->members["token"] == kKey.id);
    CHECK(alert->members["key_alias"] == "app");
    CHECK(alert->members["user_id"] == "ann");
    CHECK(alert->members["team_id"] == "red");
    CHECK(alert->members["user_email"] == "ann@acme.com");
    CHECK(alert->who == "key app (88dc28d0f030…)");
    CHECK(fact(*alert, "Spent") == "$10.00 of $10.00 (100.0 %)");
    CHECK(fact(*alert, "Period") == "2026-11-01 00:00 UTC to 2026-12-01 00:00 UTC");
    const auto user = judge({"user", "bob", "", "", "", ""}, state(10, 10), kNow, kDay, kUtc);
    CHECK(user->group == "internal_user");
    CHECK(user->members["user_id"] == "bob");
    CHECK(judge({"proxy", "", "", "", "", ""}, state(10, 10), kNow, kDay, kUtc)->group == "proxy");
}

TEST_CASE("a budget that will not last") {
    // The period is the day; at noon half of it is over.
    const int64_t noon = kUtc.period("1d", kNow).start_ms + 12 * kHour;
    const auto alert = judge(kKey, state(6, 10, "1d"), noon, kDay, kUtc);
    REQUIRE(alert);
    CHECK(alert->event == "projected_limit_exceeded");
    CHECK(alert->members["projected_spend"].get<double>() == Approx(12.0));
    CHECK(alert->members["projected_exceeded_date"] == "2026-11-18");
    CHECK(fact(*alert, "Used up") == "2026-11-18 20:00 UTC");
    CHECK(eventOf(state(5, 10, "1d"), noon) == "");
    CHECK(eventOf(state(6, 10), noon) == "");
    // Too early to say.
    CHECK(eventOf(state(3, 10, "1d"), kUtc.period("1d", kNow).start_ms + 2 * kHour) == "");
    CHECK(eventOf(state(3, 10, "1d"), kUtc.period("1d", kNow).start_ms + 3 * kHour) ==
          "projected_limit_exceeded");
}

TEST_CASE("periods begin at midnight of the time zone") {
    const Calendar berlin("Europe/Berlin"), kathmandu("Asia/Kathmandu");
    CHECK(berlin.text(berlin.period("1d", kNow).start_ms) == "2026-11-18 00:00 CET");
    CHECK(berlin.period("1d", kNow).start_ms == kUtc.period("1d", kNow).start_ms - kHour);
    CHECK(berlin.day(berlin.period("7d", kNow).start_ms) == "2026-11-16");  // a Monday
    CHECK(berlin.day(berlin.before("7d", kNow).start_ms) == "2026-11-09");
    CHECK(kathmandu.period("1d", kNow).start_ms % kHour == kHour / 4);
    // The day on which clocks are put back has 25 hours.
    const auto long_day = berlin.period("1d", 1'792'915'200'000);  // 2026-10-25
    CHECK(long_day.end_ms - long_day.start_ms == 25 * kHour);
    CHECK_THROWS_AS(Calendar("Nowhere/Land"), sluice::ConfigError);
}

TEST_CASE("budgets of the store are compared with the books") {
    Follower f;
    f.books.store.put("key", "k1", R"({"key_alias":"app","max_budget":10,"user_id":"ann"})");
    f.books.store.put("user", "ann", R"({"user_email":"ann@acme.com"})");
    f.books.store.put("team", "red", R"({"team_alias":"Red","budget_id":"b"})");
    f.books.store.put("budget", "b", R"({"max_budget":1,"budget_duration":"1d"})");
    f.books.spend("key_id", "k1", 8, kNow - 40 * kDay);
    f.books.spend("key_id", "k1", 1, kNow);
    f.books.spend("team", "red", 5, kNow - kDay);
    f.books.spend("team", "red", 0.1, kNow);
    f.follow();
    REQUIRE(f.check());
    REQUIRE(f.raised.count("budget_alerts") == 1);
    CHECK(f.raised.last("budget_alerts").title == "85 % of a budget is used");
    CHECK(f.raised.last("budget_alerts").mail_to == "ann@acme.com");
    // Nobody has spent anything since: nobody is asked about.
    f.books.asked.clear();
    REQUIRE(f.check(kNow + kMinute));
    CHECK(f.books.asked.empty());
    f.books.spend("team", "red", 1, kNow);
    f.touch("k2", "red");
    REQUIRE(f.check(kNow + kMinute));
    REQUIRE(f.raised.count("budget_alerts") == 1);
    CHECK(f.raised.last("budget_alerts").event == "budget_crossed");
    CHECK(f.raised.last("budget_alerts").who == "team Red (red)");
    // All are looked at now and then.
    f.books.asked.clear();
    REQUIRE(f.check(kNow + kHour));
    CHECK(f.books.asked.size() >= 2);
}

TEST_CASE("a reset counts from its moment on, and a temporary increase as long as it holds") {
    Follower f;
    f.books.store.put("key", "reset", R"({"max_budget":10,"spend_from":1794990000000,"spend_base_usd":0.5})");
    f.books.store.put("key", "more",
                      R"({"max_budget":10,"temp_budget_increase":10,"temp_budget_expiry":1795000600000})");
    f.books.spend("key_id", "reset", 9, 1'794'980'000'000);
    f.books.spend("key_id", "reset", 1, kNow);
    f.books.spend("key_id", "more", 12, kNow);
    f.follow();
    REQUIRE(f.check());
    CHECK(f.raised.count("budget_alerts") == 0);
    REQUIRE(f.check(kNow + 2 * kHour));
    REQUIRE(f.raised.count("budget_alerts") == 1);
    CHECK(f.raised.last("budget_alerts").who == "key more");
}

TEST_CASE("the budget of the whole gateway") {
    Follower f;
    f.options.proxy.max_pico = 10 * kUsd;
    f.books.spend("model_group", "gpt", 6, kNow);
    f.books.spend("model_group", "claude", 5, kNow);
    f.follow();
    REQUIRE(f.check());
    CHECK(f.raised.last("budget_alerts").group == "proxy");
    CHECK(f.raised.last("budget_alerts").members["spend"] == 11.0);
}

TEST_CASE("a store that does not answer is told of, and asked again") {
    Follower f;
    f.books.store.put("key", "k1", R"({"max_budget":10})");
    f.books.spend("key_id", "k1", 10, kNow);
    f.follow();
    f.books.away = true;
    CHECK_FALSE(f.check());
    f.books.away = false;
    f.touch("k1");
    CHECK(f.check(kNow + 1));
    CHECK(f.raised.count("budget_alerts") == 1);
}

TEST_CASE("keys that expire") {
    Follower f;
    const auto key = [&](const char* id, int64_t expires, int64_t created) {
        f.books.store.put("key", id, nlohmann::json{{"expires", expires}, {"created_at", created}}.dump());
    };
    key("soon", kNow + 3 * kDay, kNow - 30 * kDay);
    key("later", kNow + 8 * kDay, kNow - 90 * kDay);
    key("over", kNow - kHour, kNow - 30 * kDay);
    key("long_over", kNow - 3 * kDay, kNow - 30 * kDay);
    key("young", kNow + 5 * kDay, kNow - kHour);  // made for five days: no news
    key("hours", kNow + kHour, kNow - kHour);     // made for hours
    f.follow();
    REQUIRE(f.check());
    REQUIRE(f.raised.count("key_expiry") == 2);
    CHECK(f.raised.all[0].who == "key over");
    CHECK(f.raised.all[0].event == "key_expired");
    CHECK(f.raised.all[1].who == "key soon");
    CHECK(f.raised.all[1].event == "key_expires_soon");
    CHECK(f.raised.all[1].lasting);
    // Extended: no news any more.
    key("soon", kNow + 30 * kDay, kNow - 30 * kDay);
    REQUIRE(f.check());
    CHECK(f.raised.count("key_expiry") == 1);
}

TEST_CASE("what is made, changed and deleted, if somebody asks for it") {
    Types types{"new_virtual_key_created", "virtual_key_updated", "virtual_key_deleted", "new_team_created",
                "new_internal_user"};
    Follower f(types);
    f.books.store.put("key", "old", R"({"key_alias":"old"})");
    f.follow();
    f.check();
    CHECK(f.raised.all.empty());
    f.books.store.put("key", "k2", R"({"key_alias":"fresh","team_id":"red"})");
    f.books.store.put("key", "old", R"({"key_alias":"old","blocked":true})");
    f.books.store.put("user", "ann", "{}");
    f.books.store.put("team", "red", R"({"team_alias":"Red"})");
    f.books.store.put("team", "red",
                      R"({"team_alias":"Red","blocked":true})");  // team_updated is not asked for
    f.books.store.remove("key", "k2");
    f.check();
    CHECK(f.raised.count("new_virtual_key_created") == 1);
    CHECK(f.raised.last("new_virtual_key_created").who == "key fresh (k2)");
    CHECK(f.raised.count("virtual_key_updated") == 1);
    CHECK(f.raised.count("virtual_key_deleted") == 1);
    CHECK(f.raised.count("new_internal_user") == 1);
    CHECK(f.raised.count("new_team_created") == 1);
    CHECK(f.raised.count("team_updated") == 0);
}

TEST_CASE("documents that are no use do no harm") {
    Follower f;
    f.books.store.put("key", "a", "[]");
    f.books.store.put("key", "b", R"({"max_budget":"many","expires":[],"key_alias":7})");
    f.books.store.put("user", "c", R"({"user_email":null,"max_budget":-3})");
    f.follow();
    CHECK(f.check());
    CHECK(f.raised.all.empty());
}

TEST_CASE("reports on what was spent, once a period") {
    Follower f;
    f.books.store.put("team", "red", R"({"team_alias":"Red"})");
    const auto day = kUtc.before("1d", kNow);
    f.books.spend("model_group", "gpt", 3, day.start_ms + kHour);
    f.books.spend("model_group", "claude", 1, day.end_ms - 1);
    f.books.spend("model_group", "gpt", 50, day.end_ms);
    f.books.spend("model_group", "gpt", 70, day.start_ms - 1);
    f.books.spend("team", "red", 4, day.start_ms);
    f.books.spend("tag", "batch", 1, day.start_ms);
    f.follow();
    Traffic traffic({});
    Reports::Options options;
    options.spend = {"1d"};
    options.types = {"spend_reports"};
    Reports reports(options, kUtc, f.spend, *f.book, traffic);
    Raised raised;
    REQUIRE(reports.check(day.end_ms + kMinute, raised.raise()));
    CHECK(raised.all.empty());  // the books are not closed yet
    REQUIRE(reports.check(day.end_ms + 3 * kMinute, raised.raise()));
    REQUIRE(raised.count("spend_reports") == 1);
    const auto report = raised.last("spend_reports");
    CHECK(report.title == "Spend of the day");
    CHECK(report.who == "2026-11-17 to 2026-11-17");
    CHECK(fact(report, "Spent") == "$4.00");
    CHECK(fact(report, "Model 1") == "gpt: $3.00, 1 requests");
    CHECK(fact(report, "Team 1") == "Red: $4.00, 1 requests");
    CHECK(fact(report, "Tag 1") == "batch: $1.00, 1 requests");
    CHECK(report.lasting);
    REQUIRE(reports.check(day.end_ms + 4 * kMinute, raised.raise()));
    CHECK(raised.count("spend_reports") == 1);
    REQUIRE(reports.check(day.end_ms + kDay + 3 * kMinute, raised.raise()));
    CHECK(raised.count("spend_reports") == 2);
    // Who starts late in the period does not report on the one before.
    Reports late(options, kUtc, f.spend, *f.book, traffic);
    REQUIRE(late.check(day.end_ms + 13 * kHour, raised.raise()));
    CHECK(raised.count("spend_reports") == 2);
    // While the store is away, it waits.
    Reports patient(options, kUtc, f.spend, *f.book, traffic);
    f.books.away = true;
    CHECK_FALSE(patient.check(day.end_ms + 3 * kMinute, raised.raise()));
    f.books.away = false;
    CHECK(patient.check(day.end_ms + kHour, raised.raise()));
    CHECK(raised.count("spend_reports") == 3);
}

TEST_CASE("sums of money that do not fit into 64 bits") {
    const auto sums = readSums(
        R"({"rows":[{"team":"a","spend_pico_usd":99999999999999999999,"requests":1},{"team":7},3]})", "team");
    REQUIRE(sums);
    CHECK(sums->at("a").pico == INT64_MAX);
    CHECK_FALSE(readSums("[]", "team"));
    CHECK_FALSE(readSums("{", "team"));
}
