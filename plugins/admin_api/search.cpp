#include "search.h"

#include <algorithm>

#include "json_text.h"

namespace admin_api {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

const Fields kPaged{{"page", Type::Whole}, {"page_size", Type::Whole}};

}  // namespace

bool holdsPart(const std::string& text, const std::string& part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char a, char b) { return lower(a) == lower(b); }) != text.end() ||
           part.empty();
}

const Search::Kind Search::kTeams{"team", "team_id", "team_alias", "organization_id", &Rights::seesTeam};
const Search::Kind Search::kUsers{"user", "user_id", "user_email", "user_alias", &Rights::seesUser};

// Documents are looked at no further than the page that is asked for.
Answer Search::parts(const Asked& asked, const Kind& kind) const {
    const Page page = pageOf(asked, "page_size", 50, 100);
    const auto id_part = asked.parameter(kind.id), name_part = asked.parameter(kind.name);
    Json found = Json::array();
    size_t count = 0;
    for (const auto& id : documents_.ids(
             kind.kind, [&](const std::string&one, const Links&) { return holdsPart(one, id_part); })) {
        if (!(rights_.*kind.sees)(asked.caller, id)) continue;
        const bool look = !name_part.empty() || page.holds(count);
        const auto document = look ? documents_.find(kind.kind, id) : std::nullopt;
        if (look && (!document || !holdsPart(textIn(document->value, kind.name), name_part))) continue;
        if (page.holds(count))
            found.push_back({{kind.id, id},
                             {kind.name, member(document->value, kind.name)},
                             {kind.more, member(document->value, kind.more)}});
        if (++count == page.begin() + page.size) break;
    }
    return {200, std::move(found)};
}

Routes Search::routes() {
    return {get("/team/filter/ui", Access::TeamRead, "Teams by a part of their id and alias",
                with({{"team_id", Type::Text}, {"team_alias", Type::Text}}, kPaged),
                [this](const Asked& a) { return parts(a, kTeams); }),
            get("/user/filter/ui", Access::UserRead, "Users by a part of their id and address",
                with({{"user_id", Type::Text}, {"user_email", Type::Text}}, kPaged),
                [this](const Asked& a) { return parts(a, kUsers); })};
}

}  // namespace admin_api
