#include "tag_activity.h"

#include <algorithm>
#include <cctype>

#include "json_text.h"
#include "spend.h"

namespace admin_api {
namespace {

constexpr int64_t kDayMs = 86'400'000;
constexpr int64_t kPeriods = 7;  // LiteLLM's MAX_DAYS, MAX_WEEKS, MAX_MONTHS
constexpr size_t kTagsMax = 250, kSeenMax = 10'000;
constexpr const char* kMonths[]{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string dayText(int64_t day) { return timeText(day * kDayMs).substr(0, 10); }

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

// "Nov 16"; without `day` "Nov".
std::string shortDate(int64_t day, bool with_day) {
    const std::string date = dayText(day);
    const std::string month = kMonths[(date[5] - '0') * 10 + date[6] - '0' - 1];
    return with_day ? month + " " + date.substr(8) : month;
}

}  // namespace

std::vector<TagActivity::Period> TagActivity::periods(int64_t length, int64_t count) const {
    const int64_t tomorrow = host_.wallMs() / kDayMs + 1;
    std::vector<Period> all;
    for (int64_t number = 1; number <= count; ++number) {
        const int64_t to = tomorrow - (count - number) * length;
        const int64_t from = to - length + 1;
        std::string label = dayText(from);
        if (length == 7) label = "Week " + std::to_string(number) + " (" + shortDate(from, true) + ")";
        if (length == 30) label = "Month " + std::to_string(number) + " (" + shortDate(from, false) + ")";
        all.push_back({from, to, std::move(label)});
    }
    return all;
}

Json TagActivity::tagsOf(const Asked& asked, const std::string& from, const std::string& to) const {
    const auto named = asked.listed("tag_filters");
    const auto part = lower(asked.parameter("tag_filter"));
    Json question{
        {"report", "spend"},
        {"group_by", "tag"},
        {"from", from},
        {"to", to},
        {"order", "requests"},
        {"limit", kSeenMax},
        {"sums", {"spend_pico_usd", "total_tokens", "requests", "successful_requests", "failed_requests"}}};
    if (!named.empty()) question["where"] = {{"tag", named}};
    Json rows = Json::array();
    for (const auto& row : listIn(documents_.report(question), "rows")) {
        const bool wanted = !named.empty() || lower(textIn(row, "tag")).find(part) != std::string::npos;
        if (wanted && rows.size() < kTagsMax) rows.push_back(row);
    }
    return rows;
}

int64_t TagActivity::usersOf(const std::string& tag, const std::string& from, const std::string& to) const {
    Json question{{"report", "spend"}, {"group_by", "user"}, {"where", {{"tag", tag}}}, {"from", from},
                  {"to", to},          {"limit", 0},         {"sums", "requests"}};
    const auto all = documents_.report(question).value("total", int64_t{0});
    question["where"]["user"] = "";
    return all - documents_.report(question).value("total", int64_t{0});
}

// Days with the newest first, weeks and months with the oldest first, in each the tag with the most users
// first.
Answer TagActivity::active(const Asked& asked, int64_t length) {
    // A day more than the others, so that today is the last of seven whole ones.
    auto all = periods(length, length == 1 ? kPeriods + 1 : kPeriods);
    if (length == 1) std::reverse(all.begin(), all.end());
    Json results = Json::array();
    for (const auto& period : all) {
        const auto from = dayText(period.from), to = dayText(period.to);
        std::vector<std::pair<int64_t, std::string>> users;
        for (const auto& row : tagsOf(asked, from, to)) {
            auto tag = textIn(row, "tag");
            const auto count = usersOf(tag, from, to);
            if (count > 0) users.emplace_back(count, std::move(tag));
        }
        std::stable_sort(users.begin(), users.end(),
                         [](const auto& a, const auto& b) { return a.first > b.first; });
        for (auto& [count, tag] : users)
            results.push_back({{"tag", std::move(tag)},
                               {"active_users", count},
                               {"date", period.label},
                               {"period_start", length == 1 ? Json() : Json(from)},
                               {"period_end", length == 1 ? Json() : Json(to)}});
    }
    return {200, {{"results", std::move(results)}}};
}

Answer TagActivity::summary(const Asked& asked) {
    const Days days = daysOf(asked, host_.wallMs(), 0);
    if (days.from.empty() || days.to.empty())
        throw invalid(days.from.empty() ? "start_date" : "end_date", "nothing", "a day such as 2026-11-21");
    Json results = Json::array();
    for (const auto& row : tagsOf(asked, days.from, days.to)) {
        const auto tag = textIn(row, "tag");
        results.push_back({{"tag", tag},
                           {"unique_users", usersOf(tag, days.from, days.to)},
                           {"total_requests", member(row, "requests")},
                           {"successful_requests", member(row, "successful_requests")},
                           {"failed_requests", member(row, "failed_requests")},
                           {"total_tokens", member(row, "total_tokens")},
                           {"total_spend", spendIn(row)}});
    }
    return {200, {{"results", std::move(results)}}};
}

// LiteLLM's dashboards choose among these: user agents, and whatever has no colon in it.
Answer TagActivity::distinct() {
    const Json question{{"report", "spend"},
                        {"group_by", "tag"},
                        {"order", "requests"},
                        {"limit", kSeenMax},
                        {"sums", "requests"}};
    Json results = Json::array();
    for (const auto& row : listIn(documents_.report(question), "rows")) {
        const auto tag = textIn(row, "tag");
        const bool offered = tag.rfind("User-Agent:", 0) == 0 || tag.find(':') == std::string::npos;
        if (offered && results.size() < kTagsMax) results.push_back({{"tag", tag}});
    }
    return {200, {{"results", std::move(results)}}};
}

Routes TagActivity::routes() {
    const Fields filters{{"tag_filter", Type::Text}, {"tag_filters", Type::Text}};
    const auto route = [](const char* path, const char* summary, const Fields& query, Handler handler) {
        return get(path, Access::SpendGlobal, summary, query, std::move(handler));
    };
    return {route("/tag/dau", "Users by tag, for each of the last days", filters,
                  [this](const Asked& a) { return active(a, 1); }),
            route("/tag/wau", "Users by tag, for each of the last seven weeks", filters,
                  [this](const Asked& a) { return active(a, 7); }),
            route("/tag/mau", "Users by tag, for each of the last seven times thirty days", filters,
                  [this](const Asked& a) { return active(a, 30); }),
            route("/tag/summary", "Users, requests, tokens and money by tag",
                  with(filters, {{"start_date", Type::Day}, {"end_date", Type::Day}}),
                  [this](const Asked& a) { return summary(a); }),
            route("/tag/distinct", "Tags of user agents and plain ones, the busiest first", {},
                  [this](const Asked&) { return distinct(); })};
}

}  // namespace admin_api
