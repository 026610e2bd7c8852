#include "budgets.h"

#include <algorithm>

#include "search.h"

namespace admin_api {
namespace {

struct Member {
    const char* name;
    const char* type;  // LiteLLM's words
    const char* description;
};
constexpr Member kMembers[]{
    {"max_parallel_requests", "Integer", "Requests at the same time"},
    {"tpm_limit", "Integer", "Tokens a minute"},
    {"rpm_limit", "Integer", "Requests a minute"},
    {"tpd_limit", "Integer", "Tokens a day"},
    {"rpd_limit", "Integer", "Requests a day"},
    {"budget_duration", "String", "Length of a period, such as 30d; none: one period for ever"},
    {"max_budget", "Float", "USD a period; what goes beyond is refused"},
    {"soft_budget", "Float", "USD a period; beyond it there is a warning"},
    {"model_max_budget", "Object", "Budgets by model"}};

constexpr const char* kSorts[]{"budget_id", "created_at", "max_budget"};

// "-max_budget": the largest first. What has none comes last either way.
void sortBy(const std::string& wish, std::vector<Json>& rows) {
    const bool down = !wish.empty() && wish[0] == '-';
    const std::string name = down ? wish.substr(1) : wish;
    if (std::find(std::begin(kSorts), std::end(kSorts), name) == std::end(kSorts))
        throw invalid("sort", Json(wish.substr(0, 60)).dump(-1, ' ', true, Json::error_handler_t::replace),
                      "budget_id, created_at or max_budget, with a minus before it for the reverse");
    std::stable_sort(rows.begin(), rows.end(), [&](const Json& a, const Json& b) {
        if (!isSet(a, name) || !isSet(b, name)) return isSet(a, name) && !isSet(b, name);
        return down ? b[name] < a[name] : a[name] < b[name];
    });
}

std::string encoded(const std::string& text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '_' || c == '.';
        out += plain ? std::string(1, c) : std::string{'%', kHex[byte >> 4], kHex[byte & 15]};
    }
    return out;
}

Json linksOf(const Asked& asked, const Page& page, size_t total) {
    const size_t last = std::max<size_t>(page.pagesOf(total), 1);
    std::string rest = "/management/v1/budgets?page_size=" + std::to_string(page.size);
    for (const char* name : {"q", "sort"}) {
        if (const auto value = asked.parameter(name); !value.empty())
            rest += std::string("&") + name + "=" + encoded(value);
    }
    const auto to = [&](size_t number) { return Json(rest + "&page=" + std::to_string(number)); };
    return {{"self", to(page.number)},
            {"first", to(1)},
            {"prev", page.number > 1 ? to(std::min(page.number - 1, last)) : Json()},
            {"next", page.number < last ? to(page.number + 1) : Json()},
            {"last", to(last)}};
}

}  // namespace

Answer Budgets::settings(const Asked& asked) const {
    const auto id = asked.parameter("budget_id");
    if (id.empty()) throw badRequest("budget_id: which one?", "budget_id");
    const auto budget = documents_.find("budget", id);
    if (!budget) throw notFound("Budget " + id.substr(0, 100));
    Json all = Json::array();
    for (const Member& member : kMembers)
        all.push_back({{"field_name", member.name},
                       {"field_type", member.type},
                       {"field_description", member.description},
                       {"field_value", budget->value.value(member.name, Json())},
                       {"stored_in_db", isSet(budget->value, member.name)},
                       {"field_default_value", Json()}});
    return {200, std::move(all)};
}

Answer Budgets::list(const Asked& asked) const {
    const Page page = pageOf(asked, "page_size", 25, 100);
    const auto part = asked.parameter("q"), sort = asked.parameter("sort");
    std::vector<Json> rows;
    for (const auto& id : documents_.ids("budget", [](const std::string&, const Links&) { return true; })) {
        auto budget = documents_.find("budget", id);
        if (!budget || !(holdsPart(id, part) || holdsPart(textIn(budget->value, "created_by"), part)))
            continue;
        budget->value["budget_id"] = id;
        rows.push_back(std::move(budget->value));
    }
    if (!sort.empty()) sortBy(sort, rows);
    Json data = Json::array();
    for (size_t i = page.begin(); i < rows.size() && page.holds(i); ++i) data.push_back(std::move(rows[i]));
    return {200,
            {{"data", std::move(data)},
             {"meta",
              {{"total_count", rows.size()},
               {"page", page.number},
               {"page_size", page.size},
               {"total_pages", page.pagesOf(rows.size())}}},
             {"links", linksOf(asked, page, rows.size())}}};
}

Routes Budgets::routes() {
    return {get("/budget/settings", Access::OtherRead, "A budget, member by member",
                {{"budget_id", Type::Text}}, [this](const Asked& a) { return settings(a); }),
            get("/management/v1/budgets", Access::OtherRead, "Budgets, by pages",
                {{"page", Type::Whole}, {"page_size", Type::Whole}, {"q", Type::Text}, {"sort", Type::Text}},
                [this](const Asked& a) { return list(a); })};
}

}  // namespace admin_api
