#include "team_permissions.h"

#include <algorithm>

#include "member_permissions.h"

namespace admin_api {
namespace {

constexpr size_t kAtOnce = 500;  // teams of one write

std::string teamIn(const std::string& id) {
    if (id.empty()) throw badRequest("team_id: which one?", "team_id");
    return id;
}

}  // namespace

// Members may look: it is about what they may do.
Answer TeamPermissions::show(const Asked& asked) const {
    const auto id = teamIn(asked.parameter("team_id"));
    if (!rights_.seesTeam(asked.caller, id)) throw notYours();
    const auto team = documents_.find("team", id);
    if (!team) throw notFound("Team " + id.substr(0, 100));
    return {200,
            {{"team_id", id},
             {"team_member_permissions", permissionsIn(team->value)},
             {"all_available_permissions", memberPermissions()}}};
}

Answer TeamPermissions::update(const Asked& asked) {
    const auto id = teamIn(textIn(asked.body, "team_id"));
    if (!rights_.runsTeam(asked.caller, id)) throw notYours();
    auto team = documents_.find("team", id);
    if (!team) throw notFound("Team " + id.substr(0, 100));
    if (!isSet(asked.body, "team_member_permissions"))
        throw badRequest("team_member_permissions: which ones? An empty list takes away what was added",
                         "team_member_permissions");
    checkPermissions(asked.body, "team_member_permissions");
    team->value["team_member_permissions"] = asked.body["team_member_permissions"];
    team->value["team_member_permissions"] = permissionsIn(team->value);
    team->value["updated_at"] = timeText(host_.wallMs());
    team->value["updated_by"] = asked.caller.name();
    documents_.write({{"team", id, team->value, team->version}}, "updated", asked.caller.name());
    return {200, std::move(team->value)};
}

std::vector<std::string> TeamPermissions::teamsIn(const Asked& asked) const {
    auto ids = textsIn(asked.body, "team_ids");
    const bool every = asked.body.value("apply_to_all_teams", Json()) == Json(true);
    if (every != ids.empty())
        throw badRequest("team_ids: found both or neither; allowed: team_ids, or apply_to_all_teams: true",
                         "team_ids");
    if (every) return documents_.ids("team", [](const std::string&, const Links&) { return true; });
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const auto& id : ids) {
        if (!documents_.has("team", id)) throw notFound("Team " + id.substr(0, 100));
    }
    return ids;
}

std::optional<Change> TeamPermissions::added(const std::string& id, const std::vector<std::string>& more,
                                             const std::string& who) const {
    auto team = documents_.find("team", id);
    if (!team) return std::nullopt;  // gone meanwhile
    const auto before = permissionsIn(team->value);
    auto said = before;
    said.insert(said.end(), more.begin(), more.end());
    team->value["team_member_permissions"] = said;
    const auto after = permissionsIn(team->value);
    if (after == before) return std::nullopt;
    team->value["team_member_permissions"] = after;
    team->value["updated_at"] = timeText(host_.wallMs());
    team->value["updated_by"] = who;
    return Change{"team", id, std::move(team->value), team->version};
}

// In pieces, each all or none: done again, it does what is left.
Answer TeamPermissions::updateMany(const Asked& asked) {
    checkPermissions(asked.body, "permissions");
    const auto more = textsIn(asked.body, "permissions");
    if (more.empty()) throw badRequest("permissions: which ones?", "permissions");
    const auto ids = teamsIn(asked);
    size_t count = 0;
    std::vector<Change> changes;
    const auto write = [&] {
        if (changes.empty()) return;
        documents_.write(std::exchange(changes, {}), "updated", asked.caller.name());
    };
    for (const auto& id : ids) {
        auto change = added(id, more, asked.caller.name());
        if (!change) continue;
        changes.push_back(std::move(*change));
        ++count;
        if (changes.size() == kAtOnce) write();
    }
    write();
    return {
        200,
        {{"message", "Team permissions updated"}, {"teams_updated", count}, {"permissions_appended", more}}};
}

Routes TeamPermissions::routes() {
    return {
        get("/team/permissions_list", Access::TeamRead, "What members of a team may do with its keys",
            {{"team_id", Type::Text}}, [this](const Asked& a) { return show(a); }),
        post("/team/permissions_update", Access::TeamUpdate, "Says what members of a team may do",
             {{"team_id", Type::Id}, {"team_member_permissions", Type::Texts}},
             [this](const Asked& a) { return update(a); }),
        post("/team/permissions_bulk_update", Access::OtherWrite, "Lets members of several teams do more",
             {{"permissions", Type::Texts}, {"team_ids", Type::Texts}, {"apply_to_all_teams", Type::Flag}},
             [this](const Asked& a) { return updateMany(a); })};
}

}  // namespace admin_api
