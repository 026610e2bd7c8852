// /team/key/bulk_update: the same change for several keys of one team.
#include <algorithm>

#include "json_text.h"
#include "keys.h"

namespace admin_api {
namespace {

constexpr size_t kAtOnceMax = 500;                // keys of one change
constexpr size_t kWrittenMax = size_t{16} << 20;  // bytes of it, over all of them: every gateway keeps them

// litellm/types/proxy/management_endpoints/key_management_endpoints.py, KeyUpdateFields: nothing that says
// whose a key is, nor what it has spent.
const Fields kShared{{"max_budget", Type::Number},
                     {"soft_budget", Type::Number},
                     {"budget_id", Type::Id},
                     {"budget_duration", Type::Duration},
                     {"model_max_budget", Type::Budgets},
                     {"tpm_limit", Type::Whole},
                     {"rpm_limit", Type::Whole},
                     {"tpd_limit", Type::Whole},
                     {"rpd_limit", Type::Whole},
                     {"model_tpm_limit", Type::WholeMap},
                     {"model_rpm_limit", Type::WholeMap},
                     {"max_parallel_requests", Type::Whole},
                     {"temp_budget_increase", Type::Number},
                     {"temp_budget_expiry", Type::Time},
                     {"duration", Type::Duration},
                     {"tags", Type::Texts},
                     {"metadata", Type::Mapping}};

}  // namespace

std::vector<std::string> Keys::teamKeysIn(const Asked& asked) const {
    const auto team = textIn(asked.body, "team_id");
    if (!rights_.runsTeam(asked.caller, team)) throw notYours();
    if (!documents_.has("team", team)) throw notFound("Team");
    const auto inside = documents_.ids(
        "key", [&](const std::string&, const Links& links) { return links.team == team; });  // in their order
    const auto named = textsIn(asked.body, "key_ids");
    const bool every = asked.body.value("all_keys_in_team", Json()) == Json(true);
    if (every != named.empty())
        throw badRequest("key_ids: found both or neither; allowed: key_ids, or all_keys_in_team: true",
                         "key_ids");
    std::vector<std::string> ids;
    for (const auto& one : named) {
        ids.push_back(keyId(one));
        // Of another team's key nobody learns whether it is there.
        if (!std::binary_search(inside.begin(), inside.end(), ids.back()))
            throw badRequest("key_ids: found one that is no key of this team", "key_ids");
    }
    if (every) ids = inside;
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.empty()) throw notFound("A key of this team");
    if (ids.size() > kAtOnceMax)
        throw badRequest("key_ids: found " + std::to_string(ids.size()) + " keys; allowed: at most " +
                             std::to_string(kAtOnceMax) + " at once",
                         "key_ids");
    return ids;
}

// All or none, as /key/bulk_update.
Answer Keys::updateTeam(const Asked& asked) {
    const auto ids = teamKeysIn(asked);
    const std::string fields = textOf(asked.body.value("update_fields", Json::object()));
    const Json wishes = readBody(fields, kShared);
    if (fields.size() * ids.size() > kWrittenMax)
        throw Refused(413, "bad_request_error",
                      "update_fields: found " + std::to_string(fields.size()) + " bytes for " +
                          std::to_string(ids.size()) + " keys; allowed: together " +
                          std::to_string(kWrittenMax) + " bytes",
                      "update_fields");
    if (wishes.empty()) throw badRequest("update_fields: what is to change?", "update_fields");
    std::vector<Change> changes;
    Json all = Json::array();
    for (const auto& id : ids) {
        // A rotated key is only there until its time of grace is over.
        if (const auto key = documents_.find("key", id); !key || isSet(key->value, "active_token_id"))
            continue;
        changes.push_back(updated(asked.caller, id, wishes));
        all.push_back({{"key", id}, {"key_info", shown(id, *changes.back().value)}});
    }
    if (changes.empty()) throw notFound("A key of this team");
    documents_.write(std::move(changes), "updated", asked.caller.name());
    return {200,
            {{"total_requested", all.size()},
             {"successful_updates", std::move(all)},
             {"failed_updates", Json::array()}}};
}

}  // namespace admin_api
