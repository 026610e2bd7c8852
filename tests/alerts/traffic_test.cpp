#include <catch2/catch.hpp>

#include "deployments.h"
#include "figures.h"
#include "inflight.h"
#include "support.h"
#include "traffic.h"

using namespace alerts;
using namespace testing;

namespace {

struct Told {
    std::string deployment = "d1", group = "gpt", outcome = "success", error = "secret prompt",
                error_class = "APIError";
    uint32_t status = 200, attempts = 1;
    int64_t at_ms = kNow, took_ms = 100;
    uint64_t tokens = 10;

    void to(Traffic& traffic) const {
        sluice_record record{};
        record.size = sizeof record;
        record.http_status = status;
        record.outcome = sluice::str(outcome);
        record.model = record.model_group = sluice::str(group);
        record.deployment_id = sluice::str(deployment);
        record.upstream_model = sluice::str("gpt-up");
        record.call_id = sluice::str("call-7");
        record.key_alias = sluice::str("app");
        record.error = sluice::str(error);
        record.error_class = sluice::str(error_class);
        record.attempts = attempts;
        record.start_ms = at_ms - took_ms;
        record.end_ms = at_ms;
        record.completion_tokens = tokens;
        traffic.note(record);
    }
};

Told failure(int64_t at_ms = kNow, uint32_t status = 500) {
    Told told;
    told.outcome = "failure";
    told.status = status;
    told.at_ms = at_ms;
    return told;
}

struct Looker {
    TrafficOptions options;
    std::unique_ptr<Traffic> traffic;
    Raised raised;
    Traffic& it() {
        if (!traffic) traffic = std::make_unique<Traffic>(options);
        return *traffic;
    }
    void check(int64_t now = kNow) {
        raised.all.clear();
        it().check(now, raised.raise());
    }
};

}  // namespace

TEST_CASE("failures of a deployment, counted, and without what the provider said") {
    Looker look;
    for (int i = 0; i < 3; ++i) failure().to(look.it());
    failure(kNow, 429).to(look.it());
    failure(kNow, 400).to(look.it());  // the client's own
    Told().to(look.it());
    look.check();
    REQUIRE(look.raised.count("llm_exceptions") == 2);
    const auto last = look.raised.last("llm_exceptions");
    CHECK(last.times + look.raised.all[0].times == 4);
    CHECK(last.who == "gpt at d1");
    for (const auto& alert : look.raised.all) CHECK(fact(alert, "Error").empty());
    look.check();
    CHECK(look.raised.count("llm_exceptions") == 0);
    Looker open;
    open.options.error_text = true;
    failure().to(open.it());
    open.check();
    CHECK(fact(open.raised.last("llm_exceptions"), "Error") == "secret prompt");
}

TEST_CASE("what is blocked, cancelled or never sent is no failure of a deployment") {
    Looker look;
    for (const char* outcome : {"blocked", "cancelled"}) {
        Told told;
        told.outcome = outcome;
        told.status = 429;
        for (int i = 0; i < 100; ++i) told.to(look.it());
    }
    auto never = failure();
    never.attempts = 0;
    for (int i = 0; i < 100; ++i) never.to(look.it());
    look.check();
    CHECK(look.raised.all.empty());
}

TEST_CASE("slow requests, one alert a model, the slowest of them") {
    Looker look;
    look.options.slow_ms = 1'000;
    Told told;
    told.took_ms = 999;
    told.to(look.it());
    look.check();
    CHECK(look.raised.all.empty());
    for (const int64_t took : {1'000, 5'000, 2'000}) {
        told.took_ms = took;
        told.to(look.it());
    }
    look.check();
    REQUIRE(look.raised.count("llm_too_slow") == 1);
    const auto slow = look.raised.last("llm_too_slow");
    CHECK(slow.times == 3);
    CHECK(fact(slow, "Slowest") == "5.0 s");
    CHECK(fact(slow, "Call") == "call-7");
    CHECK(fact(slow, "Key") == "app");
}

TEST_CASE("a minor outage, a major one, and its end") {
    Looker look;
    for (int i = 0; i < 4; ++i) failure().to(look.it());
    look.check();
    CHECK(look.raised.count("outage_alerts") == 0);
    failure().to(look.it());
    look.check();
    CHECK(look.raised.last("outage_alerts").title == "Minor outage");
    look.check();
    CHECK(look.raised.count("outage_alerts") == 0);
    for (int i = 0; i < 5; ++i) failure(kNow + 10'000).to(look.it());
    look.check(kNow + 10'000);
    CHECK(look.raised.last("outage_alerts").title == "Major outage");
    CHECK(look.raised.last("outage_alerts").level == Level::Critical);
    look.check(kNow + 65'000);
    CHECK(look.raised.count("outage_alerts") == 0);  // the last failures are 55 s old
    look.check(kNow + 71'000);
    CHECK(look.raised.last("outage_alerts").resolves);
    // Spread over more than a minute it is none.
    Looker slow;
    for (int i = 0; i < 20; ++i) {
        failure(kNow + i * 20'000).to(slow.it());
        slow.check(kNow + i * 20'000);
        CHECK(slow.raised.count("outage_alerts") == 0);
    }
}

TEST_CASE("refusals and bad keys of a provider are no outage") {
    Looker look;
    for (int i = 0; i < 50; ++i) failure(kNow, 429).to(look.it());
    look.check();
    CHECK(look.raised.count("outage_alerts") == 0);
}

TEST_CASE("an outage of a region") {
    Looker look;
    look.it().setRegion("d1", "eu");
    look.it().setRegion("d2", "eu");
    for (int i = 0; i < 3; ++i) failure().to(look.it());
    auto other = failure();
    other.deployment = "d2";
    for (int i = 0; i < 2; ++i) other.to(look.it());
    look.check();
    CHECK(look.raised.count("outage_alerts") == 0);
    REQUIRE(look.raised.count("region_outage_alerts") == 1);
    CHECK(look.raised.last("region_outage_alerts").who == "region eu");
}

TEST_CASE("LiteLLM's failure_threshold counts all models") {
    Looker look;
    look.options.failures = 2;
    failure().to(look.it());
    auto other = failure();
    other.deployment = "d2";
    other.to(look.it());
    look.check();
    CHECK(look.raised.last("outage_alerts").who == "all models");
}

TEST_CASE("a success rate below 99 percent of enough requests, and when it is back") {
    Looker look;
    for (int i = 0; i < 48; ++i) Told().to(look.it());
    failure().to(look.it());
    look.check();
    CHECK(look.raised.count("error_rate") == 0);  // 49 are too few
    Told().to(look.it());
    look.check();
    REQUIRE(look.raised.count("error_rate") == 2);  // all models, and this one
    CHECK(fact(look.raised.last("error_rate"), "Success") == "98.0 %");
    CHECK(look.raised.last("error_rate").who == "gpt");
    for (int i = 0; i < 60; ++i) Told().to(look.it());
    look.check();
    REQUIRE(look.raised.count("error_rate") == 2);
    CHECK(look.raised.last("error_rate").resolves);
    look.check();
    CHECK(look.raised.count("error_rate") == 0);
}

TEST_CASE("what is older than the window does not count") {
    Looker look;
    for (int i = 0; i < 60; ++i) failure(kNow, 503).to(look.it());
    look.check();
    CHECK(look.raised.count("error_rate") == 2);
    look.check(kNow + 10 * kMinute);
    CHECK(look.raised.last("error_rate").resolves);
    for (int i = 0; i < 60; ++i) {
        Told told;
        told.at_ms = kNow + 10 * kMinute;
        told.to(look.it());
    }
    failure(kNow, 503).to(look.it());  // late, and of then
    look.check(kNow + 10 * kMinute);
    CHECK(look.raised.count("error_rate") == 0);
}

TEST_CASE("the report on deployments") {
    Looker look;
    for (int i = 0; i < 9; ++i) Told().to(look.it());
    failure().to(look.it());
    Alert report;
    REQUIRE(look.it().report(kNow, report));
    CHECK(fact(report, "Requests") == "10");
    CHECK(fact(report, "Failed") == "1 (10.0 %)");
    CHECK(fact(report, "Most failures 1") == "gpt-up at d1: 1 of 10");
    CHECK(fact(report, "Slowest 1") == "gpt-up at d1: 10 ms a token of the answer");
    CHECK_FALSE(look.it().report(kNow, report));
}

TEST_CASE("names are bounded") {
    Looker look;
    for (int i = 0; i < 5'000; ++i) {
        auto one = failure();
        one.group = "m" + std::to_string(i);
        one.deployment = "d" + std::to_string(i);
        one.to(look.it());
    }
    look.check();
    CHECK(look.raised.all.size() <= 1'100);
}

TEST_CASE("requests that never end") {
    Inflight inflight;
    Raised raised;
    Inflight::Entry first, second;
    inflight.enter(first, kNow, "gpt", "c1", "88dc");
    {
        Inflight::Entry done;
        inflight.enter(done, kNow - kHour, "gpt", "c0", "88dc");
    }
    inflight.check(kNow + 299'999, 300'000, kMinute, raised.raise());
    CHECK(raised.all.empty());
    inflight.enter(second, kNow + 1, "gpt", "c2", "99");
    inflight.check(kNow + 300'001, 300'000, kMinute, raised.raise());
    REQUIRE(raised.count("llm_requests_hanging") == 1);
    CHECK(raised.all[0].times == 2);
    CHECK(fact(raised.all[0], "Call") == "c1");
    CHECK(fact(raised.all[0], "Oldest") == "5 min");
    // Each is told of once.
    inflight.check(kNow + 400'000, 300'000, kMinute, raised.raise());
    CHECK(raised.all.size() == 1);
    first.leave();
    first.leave();
}

TEST_CASE("a deployment cools down; one that is out for five minutes is down, until it answers") {
    std::map<std::string, int64_t> out;
    Deployments deployments({}, [&](const std::string& id) { return std::optional(out[id]); });
    deployments.add("d1", {"gpt", "gpt-up", "openai", "eu"});
    deployments.add("d2", {"gpt", "gpt-up", "openai", ""});
    Raised raised;
    int64_t now = kNow;
    const auto look = [&](int64_t ms) {
        now += ms;
        raised.all.clear();
        deployments.check(now, raised.raise());
    };
    look(0);
    CHECK(raised.all.empty());
    out["d1"] = 5'000;
    look(1'000);
    REQUIRE(raised.count("cooldown_deployment") == 1);
    CHECK(raised.all[0].who == "gpt at d1");
    CHECK(fact(raised.all[0], "For") == "5.0 s");
    CHECK(fact(raised.all[0], "Region") == "eu");
    look(1'000);
    CHECK(raised.all.empty());
    // The breaker tries now and then, in vain: between two tries it is not out.
    for (int i = 0; i < 58; ++i) {
        out["d1"] = i % 10 == 0 ? 0 : 5'000;
        look(5'000);
        CHECK(raised.count("deployment_down") == 0);
    }
    look(10'000);
    REQUIRE(raised.count("deployment_down") == 1);
    CHECK(raised.last("deployment_down").level == Level::Critical);
    look(60'000);
    CHECK(raised.count("deployment_down") == 0);
    out["d1"] = 0;
    look(1'000);
    CHECK(raised.all.empty());
    deployments.succeeded("d1", now + 1);
    look(1'000);
    REQUIRE(raised.count("deployment_down") == 1);
    CHECK(raised.last("deployment_down").resolves);
    look(1'000);
    CHECK(raised.all.empty());
}

TEST_CASE("a deployment that nobody asks any more is back after a while") {
    int64_t out = 5'000;
    Deployments deployments({0, 1'000, 120'000}, [&](const std::string&) { return std::optional(out); });
    deployments.add("d1", {});
    Raised raised;
    deployments.check(kNow, raised.raise());
    CHECK(raised.count("deployment_down") == 1);
    out = 0;
    deployments.check(kNow + 119'000, raised.raise());
    CHECK(raised.count("deployment_down") == 1);
    deployments.check(kNow + 121'000, raised.raise());
    CHECK(raised.count("deployment_down") == 2);
    CHECK(raised.last("deployment_down").resolves);
}

TEST_CASE("the text of metrics") {
    const auto all = readSeries(
        "# HELP a b\na_total{x=\"1\",y=\"q\\\"\\\\ \\n}\"} 12.5\na_total 3\nb "
        "4\na_total{x=\"\na_total{x=\"1\"}\n\n}a_total 1",
        {"a_total"});
    REQUIRE(all.size() == 2);
    CHECK(all[0].labels.at("y") == "q\"\\ \n}");
    CHECK(all[0].value == 12.5);
    CHECK(all[1].value == 3);
}

TEST_CASE("lost records, lost usage, receivers that are away, plugins that fail, requests that wait") {
    Figures figures(kMinute);
    Raised raised;
    const auto look = [&](const std::string& text) {
        raised.all.clear();
        figures.take(text, raised.raise());
    };
    look("sluice_callback_dropped_total{callback=\"langfuse\",reason=\"queue_full\"} 5\n");
    CHECK(raised.all.empty());  // that was before
    look(
        "sluice_callback_dropped_total{callback=\"langfuse\",reason=\"queue_full\"} "
        "7\nsluice_records_dropped_total 1\nsluice_ledger_dropped_total 3\n");
    REQUIRE(raised.count("exporter_failures") == 2);
    CHECK(raised.all[0].who == "langfuse");
    CHECK(fact(raised.all[0], "Lost") == "2");
    CHECK(fact(raised.all[0], "Why") == "queue_full");
    CHECK(raised.count("failed_tracking_spend") == 1);

    const auto requests = [](int failed, int delivered) {
        return "sluice_callback_requests_total{callback=\"datadog\",status=\"503\"} " +
               std::to_string(failed) +
               "\nsluice_callback_requests_total{callback=\"datadog\",status=\"200\"} "
               "9\nsluice_callback_delivered_total{callback=\"datadog\"} " +
               std::to_string(delivered) + "\n";
    };
    look(requests(1, 1));
    look(requests(2, 2));
    look(requests(3, 2));
    CHECK(raised.all.empty());
    look(requests(4, 2));
    REQUIRE(raised.count("exporter_failures") == 1);
    CHECK(raised.all[0].title == "A callback cannot deliver");
    look(requests(4, 2));
    CHECK(raised.all.empty());
    look(requests(5, 3));
    REQUIRE(raised.count("exporter_failures") == 1);
    CHECK(raised.all[0].resolves);

    look("sluice_plugin_breaker_open{instance=\"pii\"} 1\n");
    CHECK(raised.last("plugin_failures").who == "pii");
    look("sluice_plugin_breaker_open{instance=\"pii\"} 1\n");
    CHECK(raised.all.empty());
    look("sluice_plugin_breaker_open{instance=\"pii\"} 0\n");
    CHECK(raised.last("plugin_failures").resolves);

    for (int i = 0; i < 2; ++i) {
        look("sluice_waiting_requests 9\n");
        CHECK(raised.all.empty());
    }
    look("sluice_waiting_requests 9\n");
    CHECK(fact(raised.last("waiting_requests"), "Waiting") == "9");
    look("sluice_waiting_requests 0\n");
    CHECK(raised.last("waiting_requests").resolves);
}
