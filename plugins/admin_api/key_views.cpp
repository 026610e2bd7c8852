// What is told of keys, and the routes.
#include <algorithm>

#include "json_text.h"
#include "keys.h"

namespace admin_api {

const Fields& keyFields() {
    static const auto fields = withLimits({{"key_alias", Type::Text},
                                           {"duration", Type::Duration},
                                           {"aliases", Type::Mapping},
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

Routes Keys::routes() {
    const Fields key{{"key", Type::Text}};
    const Fields fresh =
        with(keyFields(), {{"key", Type::Text}, {"spend", Type::Number}, {"send_invite_email", Type::Flag}});
    const Fields change = with(keyFields(), {{"key", Type::Text},
                                             {"spend", Type::Number},
                                             {"temp_budget_increase", Type::Number},
                                             {"temp_budget_expiry", Type::Time}});
    const Fields rotation =
        with(keyFields(), {{"key", Type::Text}, {"new_key", Type::Text}, {"grace_period", Type::Duration}});
    const Fields filters{{"page", Type::Whole},
                         {"size", Type::Whole},
                         {"user_id", Type::Text},
                         {"team_id", Type::Text},
                         {"organization_id", Type::Text},
                         {"project_id", Type::Text},
                         {"key_alias", Type::Text},
                         {"key_hash", Type::Text},
                         {"return_full_object", Type::Flag},
                         {"include_team_keys", Type::Flag}};
    const auto call = [this](Answer (Keys::*method)(const Asked&)) {
        return [this, method](const Asked& a) { return (this->*method)(a); };
    };
    return {
        {"POST",
         "/key/generate",
         Access::KeyWrite,
         "Makes a key, which is shown this once",
         {},
         fresh,
         [this](const Asked& a) { return generate(a, false); }},
        {"POST",
         "/key/service-account/generate",
         Access::KeyBlock,
         "Makes a key of a team and of no user",
         {},
         fresh,
         [this](const Asked& a) { return generate(a, true); }},
        {"POST",
         "/key/update",
         Access::KeyWrite,
         "Changes members of a key",
         {},
         change,
         call(&Keys::update)},
        {"POST",
         "/key/bulk_update",
         Access::KeyWrite,
         "Changes several keys, all or none",
         {},
         {{"keys", Type::Any}},
         call(&Keys::updateMany)},
        {"POST",
         "/key/delete",
         Access::KeyWrite,
         "Takes keys away",
         {},
         {{"keys", Type::Texts}, {"key_aliases", Type::Texts}},
         call(&Keys::remove)},
        {"POST",
         "/key/block",
         Access::KeyBlock,
         "Closes a key",
         {},
         key,
         [this](const Asked& a) { return setBlocked(a, true); }},
        {"POST",
         "/key/unblock",
         Access::KeyBlock,
         "Opens a key again",
         {},
         key,
         [this](const Asked& a) { return setBlocked(a, false); }},
        {"POST",
         "/key/regenerate",
         Access::KeyWrite,
         "Puts a new key in the place of one",
         {},
         rotation,
         call(&Keys::regenerate)},
        {"POST",
         "/key/{key}/regenerate",
         Access::KeyWrite,
         "Puts a new key in the place of one",
         {},
         rotation,
         call(&Keys::regenerate)},
        {"POST",
         "/key/{key}/reset_spend",
         Access::KeyReset,
         "Counts what a key has spent anew",
         {},
         {{"reset_to", Type::Number}},
         call(&Keys::reset)},
        {"GET",
         "/key/info",
         Access::KeyRead,
         "A key; without a parameter the one that asks",
         key,
         {},
         call(&Keys::info)},
        {"POST",
         "/v2/key/info",
         Access::KeyRead,
         "Several keys",
         {},
         {{"keys", Type::Texts}},
         call(&Keys::infoOfMany)},
        {"GET", "/key/list", Access::KeyRead, "Keys, by pages", filters, {}, call(&Keys::list)},
        {"GET",
         "/key/aliases",
         Access::KeyRead,
         "Aliases of keys, by pages",
         {{"page", Type::Whole}, {"size", Type::Whole}, {"search", Type::Text}},
         {},
         call(&Keys::aliases)},
    };
}

Answer Keys::info(const Asked& asked) {
    const std::string named = asked.parameter("key");
    const std::string id = named.empty() ? asked.caller.key_id : keyId(named);
    auto document = documents_.find("key", id);
    // Whether somebody else's key is there is not told.
    if (!asked.caller.viewer() && id != asked.caller.key_id &&
        (!document || !rights_.seesKey(asked.caller, id, document->value)))
        throw forbidden("You are not allowed to access this key's info");
    if (!document) throw notFound("Key");
    document->value["spend"] = usd(spent_.of("key_id", id, document->value));
    return {200, {{"key", named.empty() ? id : named}, {"info", shown(id, std::move(document->value))}}};
}

// Those that the caller may see; others are left out without a word.
Answer Keys::infoOfMany(const Asked& asked) {
    const auto named = textsIn(asked.body, "keys");
    if (named.empty() || named.size() > 100)
        throw invalid("keys", std::to_string(named.size()) + " keys", "1 to 100");
    Json all = Json::array();
    for (const auto& one : named) {
        const auto id = keyId(one);
        auto document = documents_.find("key", id);
        if (!document || !rights_.seesKey(asked.caller, id, document->value)) continue;
        document->value["spend"] = usd(spent_.of("key_id", id, document->value));
        all.push_back(shown(id, std::move(document->value)));
    }
    return {200, {{"key", named}, {"info", std::move(all)}}};
}

// Filters of LiteLLM's /key/list, among what the caller may see.
std::vector<std::string> Keys::matching(const Asked& asked) const {
    const auto filter = [&](const char* name, const std::string& value) {
        const auto wanted = asked.parameter(name);
        return wanted.empty() || wanted == value;
    };
    const auto hash = keyId(asked.parameter("key_hash"));
    const Scope scope = rights_.scopeOf(asked.caller);
    return documents_.ids("key", [&](const std::string& id, const Links& links) {
        return filter("user_id", links.user) && filter("team_id", links.team) &&
               filter("organization_id", links.organization) && filter("project_id", links.project) &&
               filter("key_alias", links.alias) && (hash.empty() || id == hash) && scope.holds(id, links);
    });
}

Answer Keys::list(const Asked& asked) {
    const Page page = pageOf(asked, "size", 10, 1000);
    const bool whole = asked.flag("return_full_object", false);
    Json keys = Json::array();
    const auto ids = matching(asked);
    for (size_t i = page.begin(); i < ids.size() && page.holds(i); ++i) {
        auto document = whole ? documents_.find("key", ids[i]) : std::nullopt;
        keys.push_back(document ? shown(ids[i], std::move(document->value)) : Json(ids[i]));
    }
    return {200,
            {{"keys", std::move(keys)},
             {"total_count", ids.size()},
             {"current_page", page.number},
             {"total_pages", page.pagesOf(ids.size())}}};
}

Answer Keys::aliases(const Asked& asked) {
    const Page page = pageOf(asked, "size", 50, 1000);
    const auto search = asked.parameter("search");
    std::vector<std::string> names;
    for (const auto& id : matching(asked)) {
        const auto document = documents_.find("key", id);
        const auto alias = document ? textIn(document->value, "key_alias") : std::string();
        if (!alias.empty() && alias.find(search) != std::string::npos) names.push_back(alias);
    }
    std::sort(names.begin(), names.end());
    const size_t total = names.size();
    const auto begin = names.begin() + static_cast<std::ptrdiff_t>(std::min(page.begin(), total));
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(page.begin() + page.size, total));
    return {200,
            {{"aliases", std::vector<std::string>(begin, end)},
             {"total_count", total},
             {"current_page", page.number},
             {"total_pages", page.pagesOf(total)},
             {"size", page.size}}};
}

}  // namespace admin_api
