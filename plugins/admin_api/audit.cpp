#include "audit.h"

#include "accounts/entity.h"

namespace admin_api {
namespace {

constexpr const char* kFilters[]{"changed_by", "action", "table_name", "object_id"};

bool fits(const Asked& asked, const Json& line, int64_t from_ms, int64_t to_ms) {
    for (const char* member : kFilters) {
        const auto wanted = asked.parameter(member);
        if (!wanted.empty() && textIn(line, member) != wanted) return false;
    }
    const Json at = line.value("updated_at", Json());
    if (!at.is_number_integer()) return from_ms == 0 && to_ms == 0;
    return at >= from_ms && (to_ms == 0 || at <= to_ms);
}

int64_t momentOf(const Asked& asked, const char* name, bool end) {
    const auto text = asked.parameter(name);
    const int64_t ms = accounts::readTime(accounts::Json(text)).value_or(0);
    return end && text.size() == 10 ? ms + 86'399'999 : ms;
}

Json shown(Json line) {
    const Json at = line.value("updated_at", Json());
    if (at.is_number_integer()) line["updated_at"] = timeText(at.get<int64_t>());
    return line;
}

}  // namespace

// The oldest come first, and how many there are is known at the end: the first pass counts, the second keeps
// the page. The newest stand on page 1.
Answer Audit::list(const Asked& asked) {
    const Page page = pageOf(asked, "page_size", 10, 100);
    const int64_t from = momentOf(asked, "start_date", false), to = momentOf(asked, "end_date", true);
    const std::lock_guard lock(mutex_);
    size_t total = 0;
    const auto visit = [&](auto&& take) {
        return [&, take](std::string_view json) {
            Json line = Json::parse(json, nullptr, false);
            if (line.is_object() && fits(asked, line, from, to)) take(std::move(line));
        };
    };
    documents_.readAll("audit", visit([&](const Json&) { ++total; }));
    const size_t end = total - std::min(page.begin(), total);
    const size_t begin = end - std::min(page.size, end);
    std::vector<Json> kept;
    size_t index = 0;
    documents_.readAll("audit", visit([&](Json line) {
                           if (index >= begin && index < end) kept.push_back(std::move(line));
                           ++index;
                       }));
    Json lines = Json::array();
    for (auto line = kept.rbegin(); line != kept.rend(); ++line) lines.push_back(shown(std::move(*line)));
    return {200,
            {{"audit_logs", std::move(lines)},
             {"total", total},
             {"page", page.number},
             {"page_size", page.size},
             {"total_pages", page.pagesOf(total)}}};
}

Answer Audit::one(const Asked& asked) {
    const std::string id = asked.path.at("id");
    Json found;
    const std::lock_guard lock(mutex_);
    documents_.readAll("audit", [&](std::string_view json) {
        if (json.find(id) == std::string_view::npos) return;
        Json line = Json::parse(json, nullptr, false);
        if (textIn(line, "id") == id) found = std::move(line);
    });
    if (id.empty() || found.is_null()) throw notFound("An audit log with this id");
    return {200, shown(std::move(found))};
}

Routes Audit::routes() {
    return {get("/audit", Access::Audit, "Changes, the newest first, by pages",
                {{"page", Type::Whole},
                 {"page_size", Type::Whole},
                 {"changed_by", Type::Text},
                 {"action", Type::Text},
                 {"table_name", Type::Text},
                 {"object_id", Type::Text},
                 {"start_date", Type::Day},
                 {"end_date", Type::Day}},
                [this](const Asked& a) { return list(a); }),
            get("/audit/{id}", Access::Audit, "One change", {}, [this](const Asked& a) { return one(a); })};
}

}  // namespace admin_api
