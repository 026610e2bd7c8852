#include <catch2/catch.hpp>

#include "http_channel.h"
#include "mail.h"
#include "messages.h"
#include "support.h"
#include "test_route.h"
#include "text.h"

using namespace alerts;
using namespace testing;

namespace {

constexpr const char* kNasty =
    "<!channel> <http://evil|click> *b* `c` @everyone [x](http://y) & \r\nBcc: eve@evil.com \x01";

Alert some() {
    Alert alert;
    alert.type = "budget_alerts";
    alert.event = "budget_crossed";
    alert.group = "key";
    alert.level = Level::Error;
    alert.title = "Budget crossed";
    alert.who = kNasty;
    alert.facts = {{"Spent", "$10.00 of $10.00"}, {"User", kNasty}};
    alert.advice = "Raise it.";
    alert.subject = "key:1";
    alert.at_ms = kNow;
    alert.repeats = 3;
    alert.members = {{"spend", 10.0}, {"token", "88dc"}};
    return alert;
}

Alert huge() {
    Alert alert = some();
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "ä";
    alert.who = alert.title = text;
    alert.facts.clear();
    for (int i = 0; i < 200; ++i) alert.facts.push_back({text, text});
    return alert;
}

}  // namespace

TEST_CASE("texts are cut at characters") {
    CHECK(cut("abc", 3) == "abc");
    CHECK(cut("abcd", 3) == "…");
    CHECK(cut("ääää", 6) == "ä…");
    CHECK(cut("a\nb\x01", 10) == "a b ");
    CHECK(usd(12.345) == "$12.35");
    CHECK(usd(0.00012) == "$0.000120");
    CHECK(usd(0) == "$0.00");
    CHECK(number(1'234'567) == "1,234,567");
    CHECK(number(-1'234) == "-1,234");
    CHECK(number(12) == "12");
    CHECK(duration(93'000) == "1 min 33 s");
    CHECK(duration(3'600'000) == "1 h");
    CHECK(duration(250) == "0.2 s");
    CHECK(isoTime(kNow) == "2026-11-18T11:06:40Z");
}

TEST_CASE("Slack: nobody is mentioned, no link is made, the bounds are kept") {
    const auto body = slackBody(some(), "sluice");
    const std::string text = body.dump();
    CHECK(text.find("<!channel>") == std::string::npos);
    CHECK(text.find("&lt;!channel&gt;") != std::string::npos);
    CHECK(text.find("<http") == std::string::npos);
    CHECK(body["blocks"][0]["type"] == "header");
    CHECK(body["text"].get<std::string>().find("&lt;!channel&gt;") != std::string::npos);
    // What stands in a code span does not end it.
    const std::string who = body["blocks"][1]["text"]["text"];
    CHECK(std::count(who.begin(), who.end(), '`') == 2);
    CHECK(text.find("3 more of these") != std::string::npos);
    const auto large = slackBody(huge(), "sluice");
    CHECK(large["blocks"].size() <= 50);
    CHECK(large["blocks"][0]["text"]["text"].get<std::string>().size() <= 150);
    for (const auto& block : large["blocks"]) {
        if (!block.contains("fields")) continue;
        CHECK(block["fields"].size() <= 10);
        for (const auto& field : block["fields"]) CHECK(field["text"].get<std::string>().size() <= 2'000);
    }
}

TEST_CASE("Discord: markdown has no meaning, nobody is mentioned") {
    const auto body = discordBody(some(), "sluice");
    CHECK(body["allowed_mentions"]["parse"] == Json::array());
    CHECK(body["embeds"][0]["fields"][1]["value"].get<std::string>().find("\\*b\\*") != std::string::npos);
    const auto large = discordBody(huge(), "sluice");
    CHECK(large["embeds"][0]["fields"].size() <= 25);
    CHECK(large["embeds"][0]["title"].get<std::string>().size() <= 256);
}

TEST_CASE("Teams: a card of text runs") {
    const auto body = teamsBody(some(), "sluice");
    CHECK(body["type"] == "message");
    const auto& card = body["attachments"][0]["content"];
    CHECK(body["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive");
    CHECK(card["type"] == "AdaptiveCard");
    for (const auto& block : card["body"]) CHECK(block["type"] == "RichTextBlock");
}

TEST_CASE("PagerDuty: one incident a type and subject, which a resolve ends") {
    auto alert = some();
    const auto trigger = pagerdutyBody(alert, "sluice", "R");
    CHECK(trigger["routing_key"] == "R");
    CHECK(trigger["event_action"] == "trigger");
    CHECK(trigger["payload"]["severity"] == "error");
    CHECK(trigger["payload"]["source"] == "sluice");
    CHECK(trigger["payload"]["summary"].get<std::string>().size() <= 1'024);
    CHECK(trigger["dedup_key"].get<std::string>().size() <= 255);
    alert.resolves = true;
    alert.facts.clear();
    const auto resolve = pagerdutyBody(alert, "sluice", "R");
    CHECK(resolve["event_action"] == "resolve");
    CHECK(resolve["dedup_key"] == trigger["dedup_key"]);
    CHECK_FALSE(resolve.contains("payload"));
    alert.subject = "key:2";
    CHECK(pagerdutyBody(alert, "sluice", "R")["dedup_key"] != trigger["dedup_key"]);
    CHECK(pagerdutyBody(some(), "other", "R")["dedup_key"] != trigger["dedup_key"]);
    CHECK(pagerdutyBody(huge(), "sluice", "R")["payload"]["summary"].get<std::string>().size() <= 1'024);
}

TEST_CASE("the webhook: LiteLLM's event") {
    const auto body = webhookBody(some(), "sluice");
    CHECK(body["event"] == "budget_crossed");
    CHECK(body["event_group"] == "key");
    CHECK(body["spend"] == 10.0);
    CHECK(body["token"] == "88dc");
    for (const char* member : {"max_budget", "customer_id", "user_id", "team_id", "user_email", "key_alias",
                               "projected_exceeded_date", "projected_spend"}) {
        CHECK(body.contains(member));
        CHECK(body[member].is_null());
    }
    CHECK_FALSE(body["event_message"].get<std::string>().empty());
    CHECK(body["details"]["Spent"] == "$10.00 of $10.00");
    Alert plain;
    plain.type = "llm_too_slow";
    CHECK(webhookBody(plain, "sluice")["event"] == "llm_too_slow");
}

TEST_CASE("a mail: no text ends a line of its head") {
    MailOptions options;
    options.from = "sluice@acme.com";
    options.source = "sluice";
    const std::string mail = mailText(options, {"ops@acme.com", "ann@acme.com"}, some());
    const size_t head_end = mail.find("\r\n\r\n");
    REQUIRE(head_end != std::string::npos);
    const std::string head = mail.substr(0, head_end);
    CHECK(head.find("\r\nBcc:") == std::string::npos);
    CHECK(head.find("\nBcc:") == std::string::npos);
    CHECK(head.find("To: ops@acme.com,\r\n ann@acme.com\r\n") != std::string::npos);
    CHECK(head.find("Date: Wed, 18 Nov 2026 11:06:40 +0000") != std::string::npos);
    for (size_t at = 0, end = 0; at < mail.size(); at = end + 2) {
        end = mail.find("\r\n", at);
        REQUIRE(end != std::string::npos);
        CHECK(end - at <= 998);
    }
    CHECK(mailHeader("plain") == "plain");
    const std::string word = mailHeader("Überzogen: " + std::string(100, 'x'));
    CHECK(word.find("=?UTF-8?B?") == 0);
    CHECK(word.find("?=\r\n =?UTF-8?B?") != std::string::npos);
    CHECK(mailHeader("=?UTF-8?B?eA==?=").find("=?UTF-8?B?PT9") == 0);  // not taken for a word itself
}

TEST_CASE("addresses") {
    for (const char* good : {"a@b", "ops+x@acme.co.uk"}) CHECK(isMailAddress(good));
    for (const char* bad :
         {"", "a", "@b", "a@", "a b@c", "a@b@c", "a@b>,<x@y", "a@b\r\nRCPT TO:<c@d>", "\"a\"@b"})
        CHECK_FALSE(isMailAddress(bad));
}

TEST_CASE("what answers mean") {
    CHECK(saidOf(200, "", "ok", kNow).taken);
    CHECK(saidOf(202, "", "", kNow).taken);
    for (const int status : {0, 408, 425, 429, 500, 503}) CHECK(saidOf(status, "", "", kNow).again);
    for (const int status : {301, 400, 401, 403, 404, 410}) CHECK_FALSE(saidOf(status, "", "", kNow).again);
    CHECK(saidOf(429, "30", "", kNow).wait_ms == 30'000);
    CHECK(saidOf(404, "", "no_service", kNow).text == "status 404: no_service");
}

TEST_CASE("parameters of a query") {
    CHECK(queried("service=slack", "service") == "slack");
    CHECK(queried("a=b&service=a%20b+c&x", "service") == "a b c");
    CHECK(queried("service=%", "service") == "%");
    CHECK(queried("service=%zz", "service") == "%zz");
    CHECK(queried("service", "service").empty());
    CHECK(askedFor(R"({"service":"email"})") == "email");
    CHECK(askedFor("[").empty());
    CHECK(askedFor(R"({"service":1})").empty());
}
