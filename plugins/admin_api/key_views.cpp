// What is told of keys.
#include <algorithm>

#include "json_text.h"
#include "keys.h"

namespace admin_api {

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

// Whoever gets here has a key that works: others are refused before. LiteLLM sends each callback a trial
// request; here exporters are other plugins, and nothing is said of them but which ones the key names.
Answer Keys::health(const Asked& asked) {
    const Json& key = asked.caller.key;
    const Json metadata = isSet(key, "metadata") ? key["metadata"] : Json::object();
    std::set<std::string> names;
    if (isSet(metadata, "logging") && metadata["logging"].is_array()) {
        for (const auto& one : metadata["logging"]) names.insert(textIn(one, "callback_name"));
    }
    if (isSet(metadata, "callback_settings")) {
        for (const char* list : {"success_callback", "failure_callback"}) {
            for (auto& name : textsIn(metadata["callback_settings"], list)) names.insert(std::move(name));
        }
    }
    names.erase("");
    Json callbacks;
    if (!names.empty())
        callbacks = {{"callbacks", names}, {"details", "Named in the metadata of the key; not tried"}};
    return {200, {{"key", "healthy"}, {"logging_callbacks", std::move(callbacks)}}};
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
