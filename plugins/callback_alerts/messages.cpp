#include "messages.h"

#include <ctime>

#include "exporters/sink.h"
#include "text.h"

namespace alerts {
namespace {

std::string repeated(const Alert& alert) {
    if (alert.repeats == 0) return "";
    return number(static_cast<int64_t>(alert.repeats)) + " more of these since the last message";
}

// What stands below: when, where, how often.
std::string footer(const Alert& alert, const std::string& source) {
    const std::string again = repeated(alert);
    return source + " · " + alert.type + " · " + isoTime(alert.at_ms) + (again.empty() ? "" : " · " + again);
}

const char* markOf(const Alert& alert) {
    if (alert.resolves) return "✅";
    switch (alert.level) {
        case Level::Info:
            return "ℹ️";
        case Level::Warning:
            return "⚠️";
        case Level::Error:
            return "🔶";
        case Level::Critical:
            return "🚨";
    }
    return "";
}

int colorOf(const Alert& alert) {
    if (alert.resolves) return 0x2EB67D;
    switch (alert.level) {
        case Level::Info:
            return 0x36A2EB;
        case Level::Warning:
            return 0xECB22E;
        case Level::Error:
            return 0xE8912D;
        case Level::Critical:
            return 0xE01E5A;
    }
    return 0;
}

}  // namespace

const char* nameOf(Level level) {
    switch (level) {
        case Level::Info:
            return "info";
        case Level::Warning:
            return "warning";
        case Level::Error:
            return "error";
        case Level::Critical:
            return "critical";
    }
    return "error";
}

std::string isoTime(int64_t ms) {
    const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
    std::tm utc{};
    char text[40] = "";
    if (::gmtime_r(&seconds, &utc)) (void)std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

// Bounds: docs.slack.dev/reference/block-kit/blocks: a header 150 characters, a section 3,000, ten fields of
// 2,000 each, an element of a context 2,000; 50 blocks.
Json slackBody(const Alert& alert, const std::string& source) {
    const auto markdown = [](const std::string& text) { return Json{{"type", "mrkdwn"}, {"text", text}}; };
    Json blocks = Json::array();
    blocks.push_back({{"type", "header"},
                      {"text",
                       {{"type", "plain_text"},
                        {"text", std::string(markOf(alert)) + " " + cut(alert.title, 120)},
                        {"emoji", true}}}});
    if (!alert.who.empty())
        blocks.push_back({{"type", "section"}, {"text", markdown(slackCode(cut(alert.who, 500)))}});
    for (size_t at = 0; at < alert.facts.size() && blocks.size() < 40; at += 10) {
        Json fields = Json::array();
        for (size_t i = at; i < std::min(alert.facts.size(), at + 10); ++i) {
            const auto& fact = alert.facts[i];
            fields.push_back(
                markdown("*" + slackText(cut(fact.name, 100)) + "*\n" + slackCode(cut(fact.value, 300))));
        }
        blocks.push_back({{"type", "section"}, {"fields", std::move(fields)}});
    }
    if (!alert.advice.empty())
        blocks.push_back({{"type", "section"}, {"text", markdown(slackText(cut(alert.advice, 1'000)))}});
    blocks.push_back({{"type", "context"},
                      {"elements", Json::array({markdown(slackText(cut(footer(alert, source), 400)))})}});
    // What notifications show, and clients without blocks.
    return {{"text", slackText(cut(alert.line(), 500))}, {"blocks", std::move(blocks)}};
}

// Bounds: an embed's title 256, description 4,096, 25 fields with 256 and 1,024.
Json discordBody(const Alert& alert, const std::string& source) {
    Json fields = Json::array();
    for (const auto& fact : alert.facts) {
        if (fields.size() == 24) break;
        const std::string value = fact.value.empty() ? "-" : discordText(cut(fact.value, 300));
        fields.push_back({{"name", discordText(cut(fact.name, 100))}, {"value", value}, {"inline", true}});
    }
    std::string text = discordText(cut(alert.who, 500));
    if (!alert.advice.empty()) text += (text.empty() ? "" : "\n\n") + discordText(cut(alert.advice, 1'000));
    return {{"username", cut(source, 60)},
            {"allowed_mentions", {{"parse", Json::array()}}},
            {"embeds", Json::array({{{"title", std::string(markOf(alert)) + " " + cut(alert.title, 200)},
                                     {"description", text},
                                     {"color", colorOf(alert)},
                                     {"fields", std::move(fields)},
                                     {"footer", {{"text", cut(footer(alert, source), 400)}}}}})}};
}

// Text runs, unlike text blocks and facts, have no markdown in them, so nothing needs to be escaped.
Json teamsBody(const Alert& alert, const std::string& source) {
    const auto run = [](const std::string& text, bool bold) {
        return Json{{"type", "TextRun"}, {"text", text}, {"weight", bold ? "Bolder" : "Default"}};
    };
    const auto block = [](Json runs) {
        return Json{{"type", "RichTextBlock"}, {"inlines", std::move(runs)}};
    };
    Json body = Json::array();
    body.push_back(block({run(std::string(markOf(alert)) + " " + cut(alert.title, 200), true)}));
    if (!alert.who.empty()) body.push_back(block({run(cut(alert.who, 500), false)}));
    for (const auto& fact : alert.facts)
        body.push_back(block({run(cut(fact.name, 100) + ": ", true), run(cut(fact.value, 300), false)}));
    if (!alert.advice.empty()) body.push_back(block({run(cut(alert.advice, 1'000), false)}));
    body.push_back(block({run(cut(footer(alert, source), 400), false)}));
    const Json card{{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                    {"type", "AdaptiveCard"},
                    {"version", "1.2"},
                    {"body", std::move(body)}};
    return {{"type", "message"},
            {"attachments", Json::array({{{"contentType", "application/vnd.microsoft.card.adaptive"},
                                          {"contentUrl", nullptr},
                                          {"content", card}}})}};
}

// A resolve needs the key alone. A summary has at most 1,024 characters, a dedup_key 255.
Json pagerdutyBody(const Alert& alert, const std::string& source, const std::string& routing_key) {
    const std::string what = alert.type + "|" + alert.subject;
    Json body{{"routing_key", routing_key},
              {"event_action", alert.resolves ? "resolve" : "trigger"},
              {"dedup_key", exporters::destinationId("sluice", source + "|" + what)}};
    if (alert.resolves) return body;
    Json details = Json::object();
    for (const auto& fact : alert.facts) details[cut(fact.name, 100)] = cut(fact.value, 1'000);
    if (!alert.advice.empty()) details["What to do"] = alert.advice;
    if (alert.repeats > 0) details["Repeats"] = alert.repeats;
    body["payload"] = {{"summary", cut(alert.line(), 900)},
                       {"source", source},
                       {"severity", nameOf(alert.level)},
                       {"timestamp", isoTime(alert.at_ms)},
                       {"component", "sluice"},
                       {"group", alert.group.empty() ? alert.type : alert.group},
                       {"class", alert.type},
                       {"custom_details", std::move(details)}};
    return body;
}

Json webhookBody(const Alert& alert, const std::string& source) {
    std::string message = alert.line();
    for (const auto& fact : alert.facts) message += "; " + fact.name + ": " + fact.value;
    Json body{{"event", alert.event.empty() ? alert.type : alert.event},
              {"event_group", alert.group.empty() ? Json() : Json(alert.group)},
              {"event_message", cut(message, 4'000)},
              {"spend", nullptr},
              {"max_budget", nullptr},
              {"soft_budget", nullptr},
              {"token", nullptr},
              {"customer_id", nullptr},
              {"user_id", nullptr},
              {"team_id", nullptr},
              {"team_alias", nullptr},
              {"organization_id", nullptr},
              {"user_email", nullptr},
              {"key_alias", nullptr},
              {"projected_exceeded_date", nullptr},
              {"projected_spend", nullptr},
              {"alert_type", alert.type},
              {"alert_level", nameOf(alert.level)},
              {"resolved", alert.resolves},
              {"repeats", alert.repeats},
              {"time", isoTime(alert.at_ms)},
              {"source", source}};
    Json details = Json::object();
    for (const auto& fact : alert.facts) details[fact.name] = cut(fact.value, 1'000);
    body["details"] = std::move(details);
    if (alert.members.is_object()) body.update(alert.members);
    return body;
}

std::string mailBody(const Alert& alert, const std::string& source) {
    std::string text = cut(alert.title, 200) + "\n\n";
    if (!alert.who.empty()) text += cut(alert.who, 500) + "\n\n";
    for (const auto& fact : alert.facts)
        text += "  " + cut(fact.name, 100) + ": " + cut(fact.value, 500) + "\n";
    if (!alert.advice.empty()) text += "\n" + alert.advice + "\n";
    return text + "\n-- \n" + footer(alert, source) + "\n";
}

}  // namespace alerts
