#include "audit.h"

#include <algorithm>

#include "accounts/entity.h"

namespace admin_api {
namespace {

constexpr const char* kFilters[]{"changed_by", "action", "table_name", "object_id"};

struct Filters {
    std::vector<std::pair<const char*, std::string>> members;
    int64_t from_ms, to_ms;  // 0: open
    bool none() const { return members.empty() && from_ms == 0 && to_ms == 0; }

    // Most lines have not even the text, and need not be read.
    bool mayFit(std::string_view json) const {
        return std::all_of(members.begin(), members.end(), [&](const auto& one) {
            return json.find(Json(one.second).dump(-1, ' ', false, Json::error_handler_t::replace)) !=
                   std::string_view::npos;
        });
    }
    bool fit(const Json& line) const {
        for (const auto& [member, wanted] : members) {
            if (textIn(line, member) != wanted) return false;
        }
        const Json at = line.value("updated_at", Json());
        if (!at.is_number_integer()) return from_ms == 0 && to_ms == 0;
        return at >= from_ms && (to_ms == 0 || at <= to_ms);
    }
};

int64_t momentOf(const Asked& asked, const char* name, bool end) {
    const auto text = asked.parameter(name);
    const int64_t ms = accounts::readTime(accounts::Json(text)).value_or(0);
    return end && text.size() == 10 ? ms + 86'399'999 : ms;
}

Json shown(Json line) {
    if (!line.is_object()) return line;
    const Json at = line.value("updated_at", Json());
    if (at.is_number_integer()) line["updated_at"] = timeText(at.get<int64_t>());
    return line;
}

}  // namespace

// The oldest come first, and how many there are is known at the end: the first pass counts, the second keeps
// the page. The newest stand on page 1. Without a filter only the page's lines are read as JSON.
Answer Audit::list(const Asked& asked) {
    const Page page = pageOf(asked, "page_size", 10, 100);
    Filters filters{{}, momentOf(asked, "start_date", false), momentOf(asked, "end_date", true)};
    for (const char* member : kFilters) {
        if (!asked.parameter(member).empty()) filters.members.emplace_back(member, asked.parameter(member));
    }
    const auto fits = [&](std::string_view json) {
        if (filters.none()) return true;
        if (!filters.mayFit(json)) return false;
        const Json line = Json::parse(json, nullptr, false);
        return line.is_object() && filters.fit(line);
    };
    const std::lock_guard lock(mutex_);
    size_t total = 0;
    documents_.readAll("audit", [&](std::string_view json) { total += fits(json) ? 1 : 0; });
    const size_t end = total - std::min(page.begin(), total);
    const size_t begin = end - std::min(page.size, end);
    std::vector<std::string> kept;
    size_t index = 0;
    documents_.readAll("audit", [&](std::string_view json) {
        if (index >= end || !fits(json)) return;
        if (index++ >= begin) kept.emplace_back(json);
    });
    Json lines = Json::array();
    for (auto line = kept.rbegin(); line != kept.rend(); ++line)
        lines.push_back(shown(Json::parse(*line, nullptr, false)));
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
