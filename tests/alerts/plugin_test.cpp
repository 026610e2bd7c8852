#include <catch2/catch.hpp>

#include "plugin.h"
#include "support.h"
#include "test_route.h"

using namespace alerts;
using namespace testing;
using sluice::testing::FakeHost;
using sluice::testing::FakePlugin;
using sluice::testing::FakeRecord;

namespace {

// Without threads: the test says when something is sent.
struct Still : Plugin {
    Still(std::string_view config, sluice::Host host) : Plugin(config, host, false) {}
};

constexpr const char* kSlack = "https://hooks.slack.example/services/T/B/secret";

Json usual() { return {{"alerting", {"slack"}}, {"slack_webhook_url", kSlack}, {"check_interval_s", 0.05}}; }

struct Setup {
    FakeHost host;
    Books books;
    std::unique_ptr<FakePlugin> plugin;

    void load(const Json& config, bool store = true) {
        host.http.answer("https://", {200, "ok"});
        if (store) host.services[SLUICE_STORE_ID] = books.service();
        plugin = std::make_unique<FakePlugin>(host.load<Still>(config.dump()));
        REQUIRE(plugin->start() == "");
    }
    void tick() {
        plugin->as<Still>().tick();
        plugin->as<Still>().pump();
    }
    std::string refusal(const Json& config) { return host.refusal<Still>(config.dump()); }
    std::vector<Json> sent(const std::string& url = "https://") {
        std::vector<Json> all;
        for (const auto& asked : host.http.asked()) {
            if (asked.url.rfind(url, 0) == 0) all.push_back(Json::parse(asked.body));
        }
        return all;
    }
    FakeRecord record(const std::string& outcome, uint32_t status) {
        FakeRecord record;
        record.outcome = outcome;
        record.http_status = status;
        record.deployment_id = "d1";
        record.model = record.model_group = "gpt";
        record.start_ms = record.end_ms = host.wallMs();
        return record;
    }
};

}  // namespace

TEST_CASE("what the configuration must be") {
    Setup s;
    CHECK(s.refusal(usual()).empty());
    CHECK(
        s.refusal({{"alerting", {"slack"}}})
            .find(
                "slack_webhook_url: found nothing; allowed: a text, such as os.environ/SLACK_WEBHOOK_URL") ==
        0);
    CHECK(s.refusal({{"alerting", {"fax"}}}).find("alerting: found \"fax\"; allowed: slack") == 0);
    auto config = usual();
    config["alert_types"] = {"budget_alert"};
    CHECK(s.refusal(config).find("alert_types: found \"budget_alert\"; allowed: ") == 0);
    config = usual();
    config["alerting_args"] = {{"budget_alert_ttl", "long"}};
    CHECK(s.refusal(config).find("alerting_args.budget_alert_ttl: ") == 0);
    config = usual();
    config["timezone"] = "Mars";
    CHECK(s.refusal(config).find("timezone: ") == 0);
    config = usual();
    config["spend_report_frequency"] = "weekly";
    CHECK(s.refusal(config).find("spend_report_frequency: found \"weekly\"") == 0);
    config["spend_report_frequency"] = {"1d", "7d"};
    CHECK(s.refusal(config).empty());
    CHECK(s.refusal({{"alerting", {"email"}}, {"smtp_host", "h"}, {"smtp_sender_email", "a@b"}})
              .find("email_to: ") == 0);
    CHECK(s.refusal(
               {{"alerting", {"email"}}, {"smtp_host", "h"}, {"smtp_sender_email", "a"}, {"email_to", "a@b"}})
              .find("smtp_sender_email: ") == 0);
    CHECK(s.refusal({{"alerting", {"email"}},
                     {"smtp_host", "h/x"},
                     {"smtp_sender_email", "a@b"},
                     {"email_to", "a@b"}})
              .find("smtp_host: ") == 0);
    CHECK(s.refusal({{"alerting", {"email"}},
                     {"smtp_host", "h"},
                     {"smtp_port", "0"},
                     {"smtp_sender_email", "a@b"},
                     {"email_to", {"a@b"}}})
              .find("smtp_port: ") == 0);
    CHECK(s.refusal({{"alerting", {"email"}},
                     {"smtp_host", "h"},
                     {"smtp_tls", true},
                     {"smtp_sender_email", "a@b"},
                     {"email_to", {"a@b"}}})
              .empty());
    // The value of a secret is never in a fault.
    auto secret = usual();
    secret["slack_webhook_url"] = "hooks.slack.example/secret";
    CHECK(s.refusal(secret).find("secret") == std::string::npos);
}

TEST_CASE("a host of the first release is refused") {
    FakeHost old(sluice::testing::Abi::V1_0);
    CHECK(old.refusal<Still>(usual().dump()).find("needs ABI 1.2") != std::string::npos);
}

TEST_CASE("without a channel it does nothing") {
    Setup s;
    s.load({{"max_budget", 10}});
    auto& plugin = s.plugin->as<Still>();
    for (const char* hook : {"on_request", "pre_call", "on_complete"}) CHECK_FALSE(plugin.wants(hook));
    CHECK(s.books.store.watches() == 0);
}

TEST_CASE("secrets are handles, and stand in no log") {
    Setup s;
    s.host.secrets["SLACK#1"] = kSlack;
    auto config = usual();
    config["slack_webhook_url"] = {{"$secret", "SLACK#1"}};
    s.host.http.answer("https://", {404, std::string("no ") + kSlack});
    s.load(config);
    s.plugin->onComplete(s.record("failure", 500));
    s.tick();
    CHECK(s.sent(kSlack).size() == 1);
    for (const auto& line : s.host.log) CHECK(line.text.find("/services/") == std::string::npos);
}

TEST_CASE("a budget that is crossed goes to Slack, the webhook and PagerDuty, once") {
    Setup s;
    auto config = usual();
    config["alerting"] = {"slack", "webhook", "pagerduty", "discord", "teams"};
    config["webhook_url"] = "https://acme.example/hook";
    config["webhook_headers"] = {{"x-token", "t"}};
    config["pagerduty_routing_key"] = "R";
    config["alert_types"] = {"budget_alerts"};
    config["discord_webhook_url"] = "https://discord.example/x";
    config["teams_webhook_url"] = "https://teams.example/x";
    s.books.store.put("key", "k1", R"({"key_alias":"app","max_budget":10})");
    s.books.spend("key_id", "k1", 10, 1);
    s.load(config);
    for (int i = 0; i < 5; ++i) {
        auto record = s.record("success", 200);
        record.key_id = "k1";
        record.cost_pico_usd = 1;
        s.plugin->onComplete(record);
        s.host.advance(1'000);
        s.tick();
    }
    REQUIRE(s.sent("https://acme.example/hook").size() == 1);
    CHECK(s.sent("https://acme.example/hook")[0]["event"] == "budget_crossed");
    CHECK(s.sent("https://acme.example/hook")[0]["key_alias"] == "app");
    CHECK(s.sent(kSlack).size() == 1);
    CHECK(s.sent("https://discord.example/x").size() == 1);
    CHECK(s.sent("https://teams.example/x").size() == 1);
    REQUIRE(s.sent("https://events.pagerduty.com/v2/enqueue").size() == 1);
    CHECK(s.host.metric("sluice_alerts_total", {"budget_alerts"}) == 1);
    CHECK(s.host.metric("sluice_alerts_delivered_total", {"slack"}) == 1);
    // After a day it is said again.
    s.host.advance(kDay);
    s.tick();
    CHECK(s.sent(kSlack).size() == 2);
}

TEST_CASE("a restart does not say it again, nor does another gateway on the store") {
    Setup s;
    s.books.store.put("key", "k1", R"({"max_budget":10})");
    s.books.spend("key_id", "k1", 10, 1);
    s.load(usual());
    s.tick();
    CHECK(s.sent(kSlack).size() == 1);
    s.tick();  // what was delivered is marked
    CHECK(s.books.store.count("alert") == 1);
    FakeHost second;
    second.http.answer("https://", {200, "ok"});
    second.services[SLUICE_STORE_ID] = s.books.service();
    auto other = second.load<Still>(usual().dump());
    REQUIRE(other.start() == "");
    other.as<Still>().tick();
    other.as<Still>().pump();
    CHECK(second.http.asked().empty());
}

TEST_CASE("what was claimed and never delivered is said by the next one, after a while") {
    Setup s;
    s.books.store.put("key", "k1", R"({"max_budget":10})");
    s.books.spend("key_id", "k1", 10, 1);
    s.load(usual());
    s.plugin->as<Still>().tick();  // and then it dies
    CHECK(s.sent(kSlack).empty());
    FakeHost second;
    second.http.answer("https://", {200, "ok"});
    second.services[SLUICE_STORE_ID] = s.books.service();
    auto other = second.load<Still>(usual().dump());
    REQUIRE(other.start() == "");
    const auto look = [&] {
        other.as<Still>().tick();
        other.as<Still>().pump();
    };
    look();
    CHECK(second.http.asked().empty());
    second.advance(kVoidMs + kHour);
    look();
    CHECK(second.http.asked().size() == 1);
}

TEST_CASE("generations of a reload say it once") {
    Setup s;
    s.load(usual(), false);
    auto next = s.host.load<Still>(usual().dump());
    REQUIRE(next.start() == "");
    for (auto* one : {s.plugin.get(), &next}) {
        one->onComplete(s.record("failure", 500));
        one->as<Still>().tick();
        one->as<Still>().pump();
    }
    CHECK(s.sent(kSlack).size() == 1);
}

TEST_CASE("alert_types selects, alert_to_webhook_url sends elsewhere") {
    Setup s;
    auto config = usual();
    config["alert_types"] = {"llm_exceptions", "llm_too_slow"};
    config["alerting_threshold"] = 1;
    config["alert_to_webhook_url"] = {{"llm_exceptions", {"https://one.example/a", "https://two.example/b"}}};
    s.load(config, false);
    for (int i = 0; i < 20; ++i) s.plugin->onComplete(s.record("failure", 500));
    auto slow = s.record("success", 200);
    slow.start_ms -= 2'000;
    s.plugin->onComplete(slow);
    s.tick();
    CHECK(s.sent("https://one.example/a").size() == 1);
    CHECK(s.sent("https://two.example/b").size() == 1);
    REQUIRE(s.sent(kSlack).size() == 1);  // and no outage
    CHECK(s.sent(kSlack)[0]["text"] == "Requests are slow: gpt");
}

TEST_CASE("a request that hangs is told of, one that ends in time is not") {
    Setup s;
    auto config = usual();
    config["alerting_threshold"] = 60;
    s.load(config, false);
    auto hanging = s.host.request(R"({"model":"gpt","messages":[]})");
    CHECK(s.plugin->preCall(hanging).verdict() == SLUICE_CONTINUE);
    {
        auto quick = s.host.request(R"({"model":"quick","messages":[]})");
        s.plugin->preCall(quick);
        quick.end();
    }
    s.host.advance(61'000);
    s.tick();
    REQUIRE(s.sent(kSlack).size() == 1);
    CHECK(s.sent(kSlack)[0]["text"] == "Requests hang: gpt");
    hanging.end();
}

TEST_CASE("figures are read once in a while, by a request") {
    Setup s;
    s.load(usual(), false);
    const auto ask = [&](const std::string& text) {
        s.host.metrics_text = text;
        auto request = s.host.request();
        s.plugin->onRequest(request);
        s.tick();
        request.end();
    };
    ask("sluice_records_dropped_total 1\n");
    ask("sluice_records_dropped_total 9\n");
    CHECK(s.sent(kSlack).empty());  // not yet a minute
    s.host.advance(kMinute);
    ask("sluice_records_dropped_total 9\n");
    REQUIRE(s.sent(kSlack).size() == 1);
    CHECK(s.sent(kSlack)[0]["text"] == "Records of requests are lost: sluice_records_dropped_total");
}

TEST_CASE("a store that is away is told of, and when it is back") {
    Setup s;
    s.books.store.put("key", "k1", R"({"max_budget":10})");
    s.load(usual());
    s.books.away = true;
    s.tick();
    REQUIRE(s.sent(kSlack).size() == 1);
    CHECK(s.sent(kSlack)[0]["text"] == "The store does not answer");
    s.books.away = false;
    s.host.advance(1'000);
    s.tick();
    REQUIRE(s.sent(kSlack).size() == 2);
    CHECK(s.sent(kSlack)[1]["text"] == "The store answers again");
}

TEST_CASE("the test route says what the channels said") {
    Setup s;
    auto config = usual();
    config["alerting"] = {"slack", "pagerduty"};
    config["pagerduty_routing_key"] = "R";
    s.load(config, false);
    auto& plugin = s.plugin->as<Still>();
    const auto& routes = plugin.routes();
    REQUIRE(routes.size() == 2);
    for (const auto& route : routes) CHECK(route.flags == SLUICE_ROUTE_ADMIN);
    std::vector<std::unique_ptr<Outbox>> boxes;
    FakeChannel::Log log;
    boxes.push_back(std::make_unique<Outbox>(
        std::make_unique<FakeChannel>(log), OutboxOptions{}, [] { return kNow; }, OutboxEvents{}));
    auto result = testChannels(boxes, "fake", kNow);
    CHECK(result.status == 200);
    CHECK(result.body["results"][0]["answer"] == "ok");
    log.next = {{404, false, false, 0, "status 404: no_service"}};
    result = testChannels(boxes, "", kNow);
    CHECK(result.status == 502);
    CHECK(result.body["results"][0]["status"] == 404);
    result = testChannels(boxes, "fax", kNow);
    CHECK(result.status == 400);
    CHECK(result.body["message"] == "found no such channel; allowed: fake");
}
