// The table of the routes of keys.
#include "keys.h"

namespace admin_api {

const Fields& keyFields() {
    static const auto fields = withLimits({{"key_alias", Type::Text},
                                           {"duration", Type::Duration},
                                           {"aliases", Type::TextMap},
                                           {"access_group_ids", Type::Texts},
                                           {"config", Type::Mapping},
                                           {"user_id", Type::Id},
                                           {"team_id", Type::Id},
                                           {"organization_id", Type::Id},
                                           {"project_id", Type::Id},
                                           {"permissions", Type::Mapping},
                                           {"enforced_params", Type::Texts},
                                           {"allowed_cache_controls", Type::Texts},
                                           {"allowed_routes", Type::Texts},
                                           {"allowed_ips", Type::Texts},
                                           {"key_type", Type::Text},
                                           {"auto_rotate", Type::Flag},
                                           {"rotation_interval", Type::Duration}});
    return fields;
}

Routes Keys::changeRoutes() {
    const Fields key{{"key", Type::Text}};
    const Fields fresh =
        with(keyFields(), {{"key", Type::Text}, {"spend", Type::Number}, {"send_invite_email", Type::Flag}});
    const Fields change = with(keyFields(), {{"key", Type::Text},
                                             {"spend", Type::Number},
                                             {"temp_budget_increase", Type::Number},
                                             {"temp_budget_expiry", Type::Time}});
    const Fields rotation =
        with(keyFields(), {{"key", Type::Text}, {"new_key", Type::Text}, {"grace_period", Type::Duration}});
    const auto call = [this](Answer (Keys::*method)(const Asked&)) {
        return [this, method](const Asked& a) { return (this->*method)(a); };
    };
    return {
        post("/key/generate", Access::KeyWrite, "Makes a key, which is shown this once", fresh,
             [this](const Asked& a) { return generate(a, false); }),
        post("/key/service-account/generate", Access::KeyBlock, "Makes a key of a team and of no user", fresh,
             [this](const Asked& a) { return generate(a, true); }),
        post("/key/update", Access::KeyWrite, "Changes members of a key", change, call(&Keys::update)),
        post("/key/bulk_update", Access::KeyWrite, "Changes several keys, all or none", {{"keys", Type::Any}},
             call(&Keys::updateMany)),
        post("/team/key/bulk_update", Access::KeyBlock,
             "Changes several keys of a team, or all of them, in the same way",
             {{"team_id", Type::Id},
              {"key_ids", Type::Texts},
              {"all_keys_in_team", Type::Flag},
              {"update_fields", Type::Mapping}},
             call(&Keys::updateTeam)),
        post("/key/delete", Access::KeyWrite, "Takes keys away",
             {{"keys", Type::Texts}, {"key_aliases", Type::Texts}}, call(&Keys::remove)),
        post("/key/block", Access::KeyBlock, "Closes a key", key,
             [this](const Asked& a) { return setBlocked(a, true); }),
        post("/key/unblock", Access::KeyBlock, "Opens a key again", key,
             [this](const Asked& a) { return setBlocked(a, false); }),
        post("/key/regenerate", Access::KeyWrite, "Puts a new key in the place of one", rotation,
             call(&Keys::regenerate)),
        post("/key/{key}/regenerate", Access::KeyWrite, "Puts a new key in the place of one", rotation,
             call(&Keys::regenerate)),
        post("/key/{key}/reset_spend", Access::KeyReset, "Counts what a key has spent anew",
             {{"reset_to", Type::Number}}, call(&Keys::reset)),
    };
}

Routes Keys::viewRoutes() {
    const Fields key{{"key", Type::Text}};
    const Fields filters{
        {"page", Type::Whole},     {"size", Type::Whole},           {"user_id", Type::Text},
        {"team_id", Type::Text},   {"organization_id", Type::Text}, {"project_id", Type::Text},
        {"key_alias", Type::Text}, {"key_hash", Type::Text},        {"return_full_object", Type::Flag}};
    const auto call = [this](Answer (Keys::*method)(const Asked&)) {
        return [this, method](const Asked& a) { return (this->*method)(a); };
    };
    return {
        get("/key/info", Access::KeyRead, "A key; without a parameter the one that asks", key,
            call(&Keys::info)),
        post("/v2/key/info", Access::KeyRead, "Several keys", {{"keys", Type::Texts}},
             call(&Keys::infoOfMany)),
        post("/key/health", Access::Open, "Does the key that asks work?", {}, call(&Keys::health)),
        get("/key/list", Access::KeyRead, "Keys, by pages", filters, call(&Keys::list)),
        get("/key/aliases", Access::KeyRead, "Aliases of keys, by pages",
            {{"page", Type::Whole}, {"size", Type::Whole}, {"search", Type::Text}}, call(&Keys::aliases)),
    };
}

Routes Keys::routes() {
    Routes all = changeRoutes();
    for (auto& route : viewRoutes()) all.push_back(std::move(route));
    return all;
}

}  // namespace admin_api
