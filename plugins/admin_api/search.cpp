#include "search.h"

#include <algorithm>

namespace admin_api {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Json chosen(const Json& document, std::initializer_list<const char*> members) {
    Json one = Json::object();
    for (const char* member : members) one[member] = document.value(member, Json());
    return one;
}

const Fields kPaged{{"page", Type::Whole}, {"page_size", Type::Whole}};

}  // namespace

bool holdsPart(const std::string& text, const std::string& part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char a, char b) { return lower(a) == lower(b); }) != text.end() ||
           part.empty();
}

Answer Search::teams(const Asked& asked) const {
    const Page page = pageOf(asked, "page_size", 50, 100);
    const auto id_part = asked.parameter("team_id"), alias_part = asked.parameter("team_alias");
    Json found = Json::array();
    size_t count = 0;
    for (const auto& id : documents_.ids(
             "team", [&](const std::string&name, const Links&) { return holdsPart(name, id_part); })) {
        if (!rights_.seesTeam(asked.caller, id)) continue;
        const bool look = !alias_part.empty() || page.holds(count);
        const auto team = look ? documents_.find("team", id) : std::nullopt;
        if (look && (!team || !holdsPart(textIn(team->value, "team_alias"), alias_part))) continue;
        if (page.holds(count)) {
            Json one = chosen(team->value, {"team_id", "team_alias", "organization_id"});
            one["team_id"] = id;
            found.push_back(std::move(one));
        }
        if (++count == page.begin() + page.size) break;
    }
    return {200, std::move(found)};
}

Answer Search::users(const Asked& asked) const {
    const Page page = pageOf(asked, "page_size", 50, 100);
    const auto id_part = asked.parameter("user_id"), email_part = asked.parameter("user_email");
    Json found = Json::array();
    size_t count = 0;
    for (const auto& id : documents_.ids(
             "user", [&](const std::string&name, const Links&) { return holdsPart(name, id_part); })) {
        if (!rights_.seesUser(asked.caller, id)) continue;
        const bool look = !email_part.empty() || page.holds(count);
        const auto user = look ? documents_.find("user", id) : std::nullopt;
        if (look && (!user || !holdsPart(textIn(user->value, "user_email"), email_part))) continue;
        if (page.holds(count)) {
            Json one = chosen(user->value, {"user_id", "user_email", "user_alias"});
            one["user_id"] = id;
            found.push_back(std::move(one));
        }
        if (++count == page.begin() + page.size) break;
    }
    return {200, std::move(found)};
}

Routes Search::routes() {
    return {get("/team/filter/ui", Access::TeamRead, "Teams by a part of their id and alias",
                with({{"team_id", Type::Text}, {"team_alias", Type::Text}}, kPaged),
                [this](const Asked& a) { return teams(a); }),
            get("/user/filter/ui", Access::UserRead, "Users by a part of their id and address",
                with({{"user_id", Type::Text}, {"user_email", Type::Text}}, kPaged),
                [this](const Asked& a) { return users(a); })};
}

}  // namespace admin_api
