// /spend/logs: what was asked, one by one or by day.
#include "accounts/entity.h"
#include "json_text.h"
#include "spend.h"

namespace admin_api {
namespace {

constexpr int64_t kDayMs = 86'400'000;
constexpr size_t kRowsMax = 1000;  // of /spend/logs, which has no pages

// The moment of start_date or end_date; a day alone as an end is all of that day.
void putTimes(const Asked& asked, Json& question) {
    const auto start = asked.parameter("start_date"), end = asked.parameter("end_date");
    const auto ms = [](const std::string& text) {
        return accounts::readTime(accounts::Json(text)).value_or(0);
    };
    if (!start.empty()) question["from_ms"] = std::max<int64_t>(ms(start), 0);
    if (!end.empty())
        question["to_ms"] = std::max<int64_t>(end.size() == 10 ? ms(end) + kDayMs - 1 : ms(end), 0);
}

bool hasWholeDays(const Asked& asked) {
    return asked.parameter("start_date").size() <= 10 && asked.parameter("end_date").size() <= 10;
}

// A row of the store has LiteLLM's names where LiteLLM has them; `metadata` is where its clients look for
// more.
Json shown(Json row) {
    row["spend"] = row.value("spend_pico_usd", Json()).is_null() ? Json() : spendIn(row);
    row["metadata"] = {{"user_api_key", member(row, "api_key")},
                       {"user_api_key_alias", row.value("key_alias", Json())},
                       {"user_api_key_team_id", row.value("team_id", Json())},
                       {"user_api_key_user_id", row.value("user", Json())},
                       {"status", row.value("status", Json())}};
    return row;
}

}  // namespace

// With days and `summarize` (the default): one row a day; else the newest events.
Answer Spend::logs(const Asked& asked) {
    const auto request = asked.parameter("request_id");
    (void)daysOf(asked, 0, 0);  // the order of the two
    const Json where = request.empty() ? whereOf(asked) : Json{{"call_id", request}};
    const bool days = !asked.parameter("start_date").empty() && !asked.parameter("end_date").empty();
    if (request.empty() && days && asked.flag("summarize", true)) return {200, summary(asked, where)};
    Json question{{"report", "logs"}, {"where", where}, {"limit", asked.number("limit", kRowsMax, 1, kRowsMax)}};
    putTimes(asked, question);
    Json all = Json::array();
    for (const auto& row : listIn(documents_.report(question), "rows")) {
        if (!request.empty() && !sees(asked.caller, "key_id", textIn(row, "api_key")) &&
            !sees(asked.caller, "user", textIn(row, "user")))
            continue;
        all.push_back(shown(row));
    }
    return {200, std::move(all)};
}

Json Spend::summary(const Asked& asked, const Json& where) {
    Json question{{"report", "activity"},
                  {"where", where},
                  {"breakdown", {"model", "user"}},
                  {"breakdown_limit", 1000},
                  {"sums", "spend_pico_usd"}};
    daysOf(asked, 0, 0).putInto(question);
    Json all = Json::array();
    for (const auto& day : listIn(documents_.report(question), "days")) {
        const auto spends = [&](const char* dimension) {
            Json parts = Json::object();
            for (const auto& [name, sums] : member(member(day, "breakdown"), dimension).items())
                parts[name] = spendIn(sums);
            return parts;
        };
        all.push_back({{"startTime", member(day, "date")},
                       {"spend", spendIn(member(day, "metrics"))},
                       {"users", spends("user")},
                       {"models", spends("model")}});
    }
    return all;
}

// The store tells whether there is more. How many there are in all is known on the last page, and from the
// sums if whole days are asked for and nothing that sums do not know.
Answer Spend::logsByPage(const Asked& asked) {
    const Page page = pageOf(asked, "page_size", 50, 500);
    const Days days = daysOf(asked, 0, 0);
    Json where = whereOf(asked);
    for (const auto& [parameter, dimension] :
         {std::pair("model", "model"), std::pair("model_group", "model_group"),
          std::pair("custom_llm_provider", "provider")}) {
        if (const auto value = asked.parameter(parameter); !value.empty()) where[dimension] = value;
    }
    const bool summed = hasWholeDays(asked);
    Json narrow = where;
    const auto request = asked.parameter("request_id"), status = asked.parameter("status_filter");
    if (!request.empty()) narrow["call_id"] = request;
    if (!status.empty()) narrow["outcome"] = status;
    Json question{{"report", "logs"}, {"where", narrow}, {"limit", page.size}, {"offset", page.begin()}};
    putTimes(asked, question);
    const Json found = documents_.report(question);
    Json rows = Json::array();
    for (const auto& row : member(found, "rows")) rows.push_back(shown(row));
    const bool more = found.value("more", false);
    size_t total = page.begin() + rows.size() + (more ? 1 : 0);
    const bool last = !more && (page.number == 1 || !rows.empty());
    const bool by_sums = !last && summed && narrow == where;
    if (by_sums)
        total =
            sums("", where, days, {{"limit", 0}, {"sums", "requests"}})["overall"]["requests"].get<size_t>();
    return {200,
            {{"data", std::move(rows)},
             {"total", total},
             {"total_is_exact", last || by_sums},
             {"page", page.number},
             {"page_size", page.size},
             {"total_pages", page.pagesOf(total)},
             {"has_more", more}}};
}

Answer Spend::oneLog(const Asked& asked) {
    const Json rows =
        listIn(documents_.report(
                   {{"report", "logs"}, {"where", {{"call_id", asked.path.at("request_id")}}}, {"limit", 1}}),
               "rows");
    const bool seen = !rows.empty() && (sees(asked.caller, "key_id", textIn(rows[0], "api_key")) ||
                                        sees(asked.caller, "user", textIn(rows[0], "user")));
    if (!seen) throw notFound("A request with this id");
    return {200, shown(rows[0])};
}

}  // namespace admin_api
