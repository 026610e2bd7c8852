// Budgets of models, members, tags and projects.
#include <catch2/catch.hpp>

#include "follower.h"

using namespace alerts;
using namespace testing;

TEST_CASE("the budget of one model of a key") {
    Follower f;
    f.books.store.put(
        "key", "k1",
        R"({"key_alias":"app","model_max_budget":{"gpt-4o":{"budget_limit":5,"time_period":"1d"},)"
        R"("claude*":{"max_budget":3}}})");
    f.books.spendWithin({"key_id", "k1"}, {"model_group", "gpt-4o"}, 9, kNow - kDay);  // of the day before
    f.books.spendWithin({"key_id", "k1"}, {"model_group", "gpt-4o"}, 1, kNow);
    f.books.spendWithin({"key_id", "k1"}, {"model_group", "claude-a"}, 2, kNow - 9 * kDay);
    f.books.spendWithin({"key_id", "k1"}, {"model_group", "claude-b"}, 0.6, kNow);
    f.books.spendWithin({"key_id", "k2"}, {"model_group", "claude-b"}, 100, kNow);
    f.follow();
    REQUIRE(f.check());
    REQUIRE(f.raised.count("budget_alerts") == 1);
    auto alert = f.raised.last("budget_alerts");
    CHECK(alert.title == "85 % of a budget is used");
    CHECK(alert.who == "model claude* of key app (k1)");
    CHECK(alert.group == "key");
    CHECK(alert.members["model"] == "claude*");
    CHECK(alert.members["token"] == "k1");
    f.books.spendWithin({"key_id", "k1"}, {"model_group", "gpt-4o"}, 4, kNow);
    f.touch("k1");
    REQUIRE(f.check(kNow + kMinute));
    REQUIRE(f.raised.count("budget_alerts") == 2);
    const auto& both = f.raised.all;
    CHECK(both[0].subject != both[1].subject);
    CHECK(std::count_if(both.begin(), both.end(), [](const Alert& one) {
              return one.event == "budget_crossed" && one.who == "model gpt-4o of key app (k1)";
          }) == 1);
    // Nobody has spent anything: nobody is asked about.
    f.check(kNow + 2 * kMinute);
    f.check(kNow + 3 * kMinute);
    f.books.asked.clear();
    REQUIRE(f.check(kNow + 4 * kMinute));
    CHECK(f.books.asked.empty());
}

TEST_CASE("models of a budget that a team refers to") {
    Follower f;
    f.books.store.put("budget", "b", R"({"model_max_budget":{"gpt":{"budget_limit":1}}})");
    f.books.store.put("team", "red", R"({"budget_id":"b"})");
    f.books.spendWithin({"team", "red"}, {"model_group", "gpt"}, 1, kNow);
    f.follow();
    REQUIRE(f.check());
    CHECK(f.raised.last("budget_alerts").who == "model gpt of team red");
}

TEST_CASE("budgets of a team's members, those who are listed and the others") {
    Follower f;
    f.books.store.put(
        "team", "red",
        R"({"team_alias":"Red","team_member_budget":10,"team_member_budget_duration":"7d",)"
        R"("members_with_roles":[{"user_id":"ann","role":"user","max_budget_in_team":2},{"user_id":"bob"}]})");
    f.books.store.put("user", "ann", R"({"user_email":"ann@acme.com"})");
    f.books.spendWithin({"team", "red"}, {"user", "ann"}, 2.5, kNow);  // hers is the smaller one
    f.books.spendWithin({"team", "red"}, {"user", "bob"}, 2, kNow);
    f.books.spendWithin({"team", "red"}, {"user", "cyd"}, 9.6, kNow);
    f.books.spendWithin({"team", "red"}, {"user", "bob"}, 9, kNow - 14 * kDay);
    f.books.spendWithin({"team", "red"}, {"user", ""}, 99, kNow);  // keys of nobody
    f.books.spendWithin({"team", "blue"}, {"user", "bob"}, 99, kNow);
    f.follow();
    REQUIRE(f.check());
    REQUIRE(f.raised.count("budget_alerts") == 2);
    for (const auto& alert : f.raised.all) {
        CHECK(alert.group == "team_member");
        CHECK(alert.members["team_id"] == "red");
        const bool ann = alert.members["user_id"] == "ann";
        CHECK(alert.who == (ann ? "member ann of team Red (red)" : "member cyd of team Red (red)"));
        CHECK(alert.event == (ann ? "budget_crossed" : "threshold_crossed"));
        CHECK(alert.mail_to == (ann ? "ann@acme.com" : ""));
    }
    // One question for each beginning of a period.
    CHECK(f.books.asked.size() == 1);
    f.books.away = true;
    f.touch("k", "red");
    CHECK_FALSE(f.check(kNow + kMinute));
}

TEST_CASE("a member whose spending was reset: what the day had before does not count") {
    Follower f;
    f.books.store.put("team", "red",
                      R"({"team_member_budget":10,"members_with_roles":[)"
                      R"({"user_id":"ann","role":"user","spend_from":)" +
                          std::to_string(kNow) +
                          R"(,"spend_base_usd":1,"spend_before_usd":12},)"
                          R"({"user_id":"bob","role":"user","spend_from":)" +
                          std::to_string(kNow) + R"(,"spend_base_usd":9,"spend_before_usd":12}]})");
    f.books.spendWithin({"team", "red"}, {"user", "ann"}, 13, kNow);  // 1 and 1 since
    f.books.spendWithin({"team", "red"}, {"user", "bob"}, 14, kNow);  // 9 and 2 since
    f.follow();
    REQUIRE(f.check());
    REQUIRE(f.raised.count("budget_alerts") == 1);
    CHECK(f.raised.last("budget_alerts").members["user_id"] == "bob");
}

TEST_CASE("the budget of a tag, looked at when a request has it") {
    Follower f;
    f.books.store.put("tag", "batch", R"({"max_budget":4,"name":"batch"})");
    f.follow();
    REQUIRE(f.check());
    CHECK(f.raised.all.empty());
    f.books.spend("tag", "batch", 4, kNow);
    f.touch("k1", "", R"({"tags":"[\"other\"]"})");
    REQUIRE(f.check(kNow + kMinute));
    CHECK(f.raised.all.empty());
    f.touch("k1", "", R"({"tags":"[\"other\",\"batch\",7]"})");
    REQUIRE(f.check(kNow + kMinute));
    REQUIRE(f.raised.count("budget_alerts") == 1);
    CHECK(f.raised.last("budget_alerts").who == "tag batch");
    CHECK(f.raised.last("budget_alerts").group == "tag");
    CHECK(f.raised.last("budget_alerts").members["tag"] == "batch");
    for (const char* broken : {"{", R"({"tags":7})", R"({"tags":"x"})", R"({"tags":"{}"})"})
        f.touch("k1", "", broken);
}

TEST_CASE("the budget of a project is what its keys have spent") {
    Follower f;
    f.books.store.put("project", "p", R"({"project_alias":"Apollo","max_budget":10,"budget_duration":"1d"})");
    f.books.store.put("key", "k1", R"({"project_id":"p"})");
    f.books.store.put("key", "k2", R"({"project_id":"p"})");
    f.books.store.put("key", "k3", R"({"project_id":"q"})");
    f.books.spend("key_id", "k1", 4, kNow);
    f.books.spend("key_id", "k1", 50, kNow - 2 * kDay);
    f.books.spend("key_id", "k3", 50, kNow);
    f.follow();
    REQUIRE(f.check());
    CHECK(f.raised.all.empty());
    f.books.spend("key_id", "k2", 6, kNow);
    f.touch("k3");
    REQUIRE(f.check(kNow + 1));
    CHECK(f.raised.all.empty());
    f.touch("k2");
    REQUIRE(f.check(kNow + 2));
    REQUIRE(f.raised.count("budget_alerts") == 1);
    CHECK(f.raised.last("budget_alerts").who == "project Apollo (p)");
    CHECK(f.raised.last("budget_alerts").members["project_id"] == "p");
    CHECK(f.raised.last("budget_alerts").members["spend"] == 10.0);
    // A key that is deleted has spent all the same; one that moves takes its books along.
    f.books.store.remove("key", "k1");
    f.touch("k2");
    REQUIRE(f.check(kNow + 3));
    CHECK(f.raised.count("budget_alerts") == 1);
    f.books.store.put("key", "k2", R"({"project_id":"q"})");
    f.check(kNow + 4);
    f.check(kNow + kHour);
    CHECK(f.raised.count("budget_alerts") == 0);
}
