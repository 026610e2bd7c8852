#include "test_route.h"

#include <charconv>
#include <set>

#include "text.h"

namespace alerts {
namespace {

Alert sample(bool budget, int64_t now_ms) {
    Alert alert;
    alert.type = budget ? "budget_alerts" : "test";
    alert.event = budget ? "budget_crossed" : "";
    alert.group = budget ? "key" : "";
    alert.level = Level::Info;
    alert.title = budget ? "Budget crossed (a test)" : "A test";
    alert.who = budget ? "key test" : "somebody has asked for it at /health/services or /alerts/test";
    if (budget) alert.facts = {{"Spent", "$10.00 of $10.00 (100.0 %)"}};
    alert.advice = "Nothing is to be done.";
    alert.subject = "test";
    alert.at_ms = now_ms;
    return alert;
}

Json asJson(const Channel& channel, const Said& said) {
    return {{"channel", channel.name()},
            {"delivered", said.taken},
            {"status", said.status},
            {"answer", said.text}};
}

}  // namespace

std::string queried(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const size_t equals = pair.find('=');
        if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
        std::string value;
        for (size_t i = equals + 1; i < pair.size(); ++i) {
            unsigned byte = 0;
            const char* hex = pair.data() + i + 1;
            const bool escaped = pair[i] == '%' && i + 2 < pair.size() &&
                                 std::from_chars(hex, hex + 2, byte, 16).ptr == hex + 2;
            value += escaped ? static_cast<char>(byte) : pair[i] == '+' ? ' ' : pair[i];
            if (escaped) i += 2;
        }
        return value;
    }
    return {};
}

std::string askedFor(std::string_view body) {
    // A body of this route is small: what nests deeply is none.
    const Json json = body.size() > 4'096 ? Json() : Json::parse(body, nullptr, false);
    if (!json.is_object() || !json.contains("service") || !json["service"].is_string()) return {};
    return json["service"].get<std::string>();
}

TestResult testChannels(const std::vector<std::unique_ptr<Outbox>>& outboxes, const std::string& service,
                        int64_t now_ms) {
    const bool budget = service == "slack_budget_alerts";
    const std::string wanted = budget ? "slack" : service == "microsoft_teams" ? "teams" : service;
    Json results = Json::array();
    bool all = true;
    std::set<std::string> names;
    for (const auto& outbox : outboxes) {
        Channel& channel = outbox->channel();
        names.insert(channel.name());
        if (!wanted.empty() && channel.name() != wanted) continue;
        Alert alert = sample(budget, now_ms);
        const Said said = channel.deliver(alert);
        results.push_back(asJson(channel, said));
        all &= said.taken;
        // Nobody has to close the incident.
        alert.resolves = true;
        if (said.taken && channel.name() == "pagerduty") (void)channel.deliver(alert);
    }
    if (results.empty()) {
        std::string there;
        for (const auto& name : names) there += (there.empty() ? "" : ", ") + name;
        return {
            400,
            {{"status", "failed"},
             {"message", "found no such channel; allowed: " +
                             (there.empty() ? "none: general_settings.alerting names no channel" : there)}}};
    }
    return {all ? 200u : 502u,
            {{"status", all ? "success" : "failed"},
             {"message", all ? "The test message was sent" : "Not every channel has taken the test message"},
             {"results", std::move(results)}}};
}

}  // namespace alerts
