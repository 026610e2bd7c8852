#include "budget.h"

#include <algorithm>

#include "text.h"

namespace alerts {
namespace {

constexpr int64_t kHourMs = 3'600'000;

struct Projection {
    double spend_usd = 0;
    int64_t exceeded_ms = 0;
};

// The period goes on as it began. Nothing if that is too early to say, or if the money lasts.
std::optional<Projection> project(const BudgetState& state, int64_t now_ms) {
    const int64_t length = state.period.end_ms - state.period.start_ms;
    const int64_t passed = now_ms - state.period.start_ms;
    if (length <= 0 || passed < std::max(length / 10, kHourMs) || passed >= length || state.spent_pico <= 0)
        return std::nullopt;
    const double spent = static_cast<double>(state.spent_pico), max = static_cast<double>(state.max_pico);
    const double whole = spent * static_cast<double>(length) / static_cast<double>(passed);
    if (whole <= max) return std::nullopt;
    const auto until = static_cast<int64_t>(static_cast<double>(passed) * max / spent);
    return Projection{whole / 1e12, state.period.start_ms + until};
}

// LiteLLM's members of the webhook.
Json membersOf(const Account& account, const BudgetState& state) {
    Json members{{"spend", usdOf(state.spent_pico)}};
    if (state.max_pico >= 0) members["max_budget"] = usdOf(state.max_pico);
    if (state.soft_pico >= 0) members["soft_budget"] = usdOf(state.soft_pico);
    const auto put = [&](const char* name, const std::string& value) {
        if (!value.empty()) members[name] = value;
    };
    if (account.kind == "key") put("token", account.id);
    if (account.kind == "key") put("key_alias", account.alias);
    if (account.kind == "customer") put("customer_id", account.id);
    if (account.kind == "organization") put("organization_id", account.id);
    if (account.kind == "project") put("project_id", account.id);
    if (account.kind == "tag") put("tag", account.id);
    put("model", account.model);
    put("user_id", !account.member.empty()  ? account.member
                   : account.kind == "user" ? account.id
                                            : account.user);
    put("team_id", account.kind == "team" ? account.id : account.team);
    if (account.kind == "team") put("team_alias", account.alias);
    put("user_email", account.email);
    return members;
}

void addFigures(Alert& alert, const BudgetState& state, const Calendar& calendar) {
    const double spent = usdOf(state.spent_pico);
    if (state.max_pico > 0) {
        const double max = usdOf(state.max_pico);
        alert.facts.push_back({"Spent", usd(spent) + " of " + usd(max) + " (" + percent(spent / max) + ")"});
    } else {
        alert.facts.push_back({"Spent", usd(spent)});
    }
    if (state.soft_pico >= 0) alert.facts.push_back({"Soft budget", usd(usdOf(state.soft_pico))});
    if (state.period.end_ms > 0)
        alert.facts.push_back(
            {"Period", calendar.text(state.period.start_ms) + " to " + calendar.text(state.period.end_ms)});
}

void say(Alert& alert, const char* event, Level level, std::string title, std::string advice) {
    alert.event = event;
    alert.level = level;
    alert.title = std::move(title);
    alert.advice = std::move(advice);
}

// False: all is well.
bool decide(Alert& alert, const BudgetState& state, int64_t now_ms, const Calendar& calendar) {
    const double spent = static_cast<double>(state.spent_pico), max = static_cast<double>(state.max_pico);
    if (state.max_pico > 0 && spent >= max) {
        say(alert, "budget_crossed", Level::Error, "Budget crossed",
            "Requests are refused until the budget is raised, reset, or a new period begins.");
        return true;
    }
    for (const int step : {95, 85}) {
        if (state.max_pico <= 0 || spent * 100 < max * step) continue;
        say(alert, "threshold_crossed", Level::Warning, std::to_string(step) + " % of a budget is used",
            "Raise the budget, or find out what is spending it, before requests are refused.");
        alert.subject += "|" + std::to_string(step);
        return true;
    }
    if (state.soft_pico >= 0 && state.spent_pico >= state.soft_pico) {
        say(alert, "soft_budget_crossed", Level::Warning, "Soft budget crossed",
            "Nothing is refused because of it.");
        return true;
    }
    const auto projection = state.max_pico > 0 ? project(state, now_ms) : std::nullopt;
    if (!projection) return false;
    say(alert, "projected_limit_exceeded", Level::Warning, "A budget will not last",
        "If spending goes on as it has since the period began.");
    alert.facts.push_back({"Projected", usd(projection->spend_usd)});
    alert.facts.push_back({"Used up", calendar.text(projection->exceeded_ms)});
    alert.members["projected_spend"] = projection->spend_usd;
    alert.members["projected_exceeded_date"] = calendar.day(projection->exceeded_ms);
    return true;
}

}  // namespace

std::string Account::group() const {
    return !member.empty() ? "team_member" : kind == "user" ? "internal_user" : kind;
}

std::string Account::text() const {
    if (kind == "proxy") return "all requests of this gateway";
    // A key's id is a SHA-256: its beginning is enough to find it.
    const std::string shown = kind == "key" && id.size() > 12 ? id.substr(0, 12) + "…" : id;
    const std::string part = !model.empty()    ? "model " + model + " of "
                             : !member.empty() ? "member " + member + " of "
                                               : "";
    if (alias.empty() || alias == id) return part + kind + " " + shown;
    return part + kind + " " + alias + " (" + shown + ")";
}

std::optional<Alert> judge(const Account& account, const BudgetState& state, int64_t now_ms,
                           int64_t window_ms, const Calendar& calendar) {
    Alert alert;
    alert.type = "budget_alerts";
    alert.group = account.group();
    alert.who = account.text();
    alert.subject = account.kind + ":" + account.id + "|" + std::to_string(state.period.start_ms);
    if (!account.model.empty()) alert.subject += "|model:" + account.model;
    if (!account.member.empty()) alert.subject += "|member:" + account.member;
    alert.window_ms = window_ms;
    alert.lasting = true;
    alert.state = true;
    alert.mail_to = account.email;
    alert.members = membersOf(account, state);
    addFigures(alert, state, calendar);
    if (!decide(alert, state, now_ms, calendar)) return std::nullopt;
    return alert;
}

}  // namespace alerts
