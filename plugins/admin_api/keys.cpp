#include "keys.h"

#include <algorithm>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "accounts/digest.h"
#include "accounts/duration.h"
#include "accounts/jwt_mapping.h"
#include "bounds.h"
#include "json_text.h"

namespace admin_api {

using accounts::Digest;

namespace {

constexpr size_t kManyMax = 500;  // keys of one bulk update

std::string shortName(std::string_view key) { return "sk-..." + std::string(key.substr(key.size() - 4)); }

// LiteLLM keeps the type of a key as the routes that it may use.
void applyType(Json& key) {
    const Json type = key.value("key_type", Json());
    key.erase("key_type");
    if (!type.is_string() || type == "default") return;
    if (type == "llm_api") {
        key["allowed_routes"] = {"llm_api_routes"};
    } else if (type == "management") {
        key["allowed_routes"] = {"management_routes"};
    } else if (type == "read_only") {
        key["allowed_routes"] = {"info_routes"};
    } else {
        throw invalid("key_type", type.dump().substr(0, 60), "llm_api, management, read_only, default");
    }
}

void applyDuration(Json& key, int64_t now_ms) {
    if (!key.contains("duration")) return;
    const Json duration = key["duration"];
    key["expires"] = duration.is_string()
                         ? Json(timeText(now_ms + *accounts::durationMs(duration.get<std::string>())))
                         : Json();
}

// LiteLLM's `spend` of a body is what the key has spent from now on.
void applySpend(Json& key, int64_t now_ms) {
    const Json spend = key.value("spend", Json());
    key.erase("spend");
    if (spend.is_number()) resetSpend(key, spend, now_ms);
}

std::string newSecret(Json& body, const char* member) {
    const std::string own = textIn(body, member);
    body.erase(member);
    if (own.empty()) return "sk-" + randomText();
    if (own.compare(0, 3, "sk-") != 0 || own.size() < 16)
        throw invalid(member, "a key of another form",
                      "a text of at least 16 characters that begins with sk-");
    return own;
}

void merge(Json& into, const Json& wishes) {
    for (const auto& [name, value] : wishes.items()) into[name] = value;
}

}  // namespace

std::string randomText() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), bytes.size()) != 1)
        throw Refused(500, "internal_server_error", "No randomness");
    std::array<unsigned char, 32> text{};
    const int size = EVP_EncodeBlock(text.data(), bytes.data(), bytes.size());
    std::string out(text.begin(), text.begin() + size);
    std::replace(out.begin(), out.end(), '+', '-');
    std::replace(out.begin(), out.end(), '/', '_');
    out.erase(out.find_last_not_of('=') + 1);
    return out;
}

std::string keyId(const std::string& named) {
    return named.compare(0, 3, "sk-") == 0 ? Digest(named).hex() : named;
}

Json Keys::shown(const std::string& id, Json value) const {
    value["token"] = id;
    value["token_id"] = id;
    return value;
}

Answer Keys::generate(const Asked& asked, bool service_account) {
    Json key = asked.body;
    if (service_account && textIn(key, "team_id").empty())
        throw badRequest("team_id: a service account belongs to a team", "team_id");
    key.erase("send_invite_email");
    const std::string secret = newSecret(key, "key");
    applyType(key);
    const int64_t now = host_.wallMs();
    applyDuration(key, now);
    if (service_account) key["user_id"] = nullptr;
    // Bounds first: who may not use a team does not learn whether it is there.
    KeyBounds(documents_, rights_).makeNew(asked.caller, key);
    applySpend(key, now);
    checkReferences(key);
    const std::string id = Digest(secret).hex();
    checkAlias(asked.caller, key, id);
    key["key_name"] = shortName(secret);
    key["created_at"] = key["updated_at"] = timeText(now);
    key["created_by"] = key["updated_by"] = asked.caller.name();
    documents_.write({{"key", id, key, SLUICE_STORE_NONE}}, "created", asked.caller.name());
    Json answer = shown(id, std::move(key));
    answer["key"] = secret;  // this once
    return {200, std::move(answer)};
}

std::string Keys::wanted(const Asked& asked) const {
    std::string named = textIn(asked.body, "key");
    if (const auto in_path = asked.path.find("key"); in_path != asked.path.end()) named = in_path->second;
    if (named.empty()) named = asked.parameter("key");
    if (named.empty()) throw badRequest("key: which one? The key, or its hash", "key");
    return keyId(named);
}

// A key that the caller may change; what is somebody else's is not told apart from what is not there.
Document Keys::owned(const Caller& caller, const std::string& id) const {
    auto document = documents_.find("key", id);
    if (!caller.admin() && (!document || !rights_.runsKey(caller, document->value))) throw notYours();
    if (!document) throw notFound("Key");
    return std::move(*document);
}

// A key of a team that does not exist would have no limits of a team.
void Keys::checkReferences(const Json& key) const {
    for (const auto& [member, kind] :
         {std::pair("team_id", "team"), std::pair("organization_id", "organization"),
          std::pair("project_id", "project"), std::pair("budget_id", "budget")}) {
        const auto id = textIn(key, member);
        if (!id.empty() && !documents_.has(kind, id))
            throw badRequest(std::string(member) + ": there is no " + kind + " " + key[member].dump(),
                             member);
    }
}

// Once among the keys that the caller sees: that somebody else has the alias is not told.
void Keys::checkAlias(const Caller& caller, const Json& key, const std::string& id) const {
    const auto alias = textIn(key, "key_alias");
    if (alias.empty()) return;
    const Scope scope = rights_.scopeOf(caller);
    const auto others = documents_.ids("key", [&](const std::string& other, const Links& links) {
        return links.alias == alias && other != id && scope.holds(other, links);
    });
    if (!others.empty())
        throw badRequest("key_alias: " + key["key_alias"].dump() + " is taken by another key", "key_alias");
}

Change Keys::updated(const Caller& caller, const std::string& id, Json wishes) const {
    if (wishes.contains("temp_budget_increase") != wishes.contains("temp_budget_expiry"))
        throw badRequest("temp_budget_increase and temp_budget_expiry go together", "temp_budget_increase");
    Document document = owned(caller, id);
    const int64_t now = host_.wallMs();
    wishes.erase("key");
    applyType(wishes);
    applyDuration(wishes, now);
    KeyBounds(documents_, rights_).change(caller, document.value, wishes, "/key/update");
    applySpend(wishes, now);
    merge(document.value, wishes);
    checkReferences(wishes);
    checkAlias(caller, document.value, id);
    document.value["updated_at"] = timeText(now);
    document.value["updated_by"] = caller.name();
    return {"key", id, std::move(document.value), document.version};
}

Answer Keys::update(const Asked& asked) {
    const Change change = updated(asked.caller, wanted(asked), asked.body);
    documents_.write({change}, "updated", asked.caller.name());
    return {200, shown(change.id, *change.value)};
}

// {"keys": [{"key": …, members of /key/update}]}: all or none.
Answer Keys::updateMany(const Asked& asked) {
    const Json& keys = asked.body.value("keys", Json());
    if (!keys.is_array() || keys.empty() || keys.size() > kManyMax)
        throw invalid("keys", "something else", "a list of 1 to " + std::to_string(kManyMax) + " objects");
    Fields fields = with(keyFields(), {{"key", Type::Text}, {"spend", Type::Number}});
    std::vector<Change> changes;
    Json all = Json::array();
    for (const auto& one : keys) {
        const Json wishes = readBody(textOf(one), fields);
        const std::string id = keyId(textIn(wishes, "key"));
        if (id.empty()) throw badRequest("keys[].key: which one?", "keys");
        if (std::any_of(changes.begin(), changes.end(), [&](const Change& c) { return c.id == id; }))
            throw badRequest("keys: a key stands there twice", "keys");
        changes.push_back(updated(asked.caller, id, wishes));
        all.push_back(shown(id, *changes.back().value));
    }
    documents_.write(std::move(changes), "updated", asked.caller.name());
    return {200,
            {{"total_requested", all.size()},
             {"successful_updates", std::move(all)},
             {"failed_updates", Json::array()}}};
}

Answer Keys::remove(const Asked& asked) {
    std::vector<std::string> ids;
    for (const auto& key : textsIn(asked.body, "keys")) ids.push_back(keyId(key));
    const Scope scope = rights_.scopeOf(asked.caller);
    for (const auto& alias : textsIn(asked.body, "key_aliases")) {
        const auto found = documents_.ids("key", [&](const std::string& id, const Links& links) {
            return !alias.empty() && links.alias == alias && scope.holds(id, links);
        });
        if (found.empty()) asked.caller.admin() ? throw notFound("Key") : throw notYours();
        if (found.size() > 1)
            throw badRequest("key_aliases: several keys have this alias: name them", "keys");
        ids.push_back(found[0]);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.empty()) throw badRequest("keys: which ones?", "keys");
    std::vector<Change> changes;
    for (const auto& id : ids) {
        const Document document = owned(asked.caller, id);
        rights_.requireMemberMay(asked.caller, textIn(document.value, "team_id"), "/key/delete");
        changes.push_back({"key", id, std::nullopt, document.version});
    }
    documents_.write(std::move(changes), "deleted", asked.caller.name());
    return {200, {{"deleted_keys", ids}}};
}

Answer Keys::setBlocked(const Asked& asked, bool blocked) {
    const std::string id = wanted(asked);
    Document document = owned(asked.caller, id);
    // Only who is above a key: its holder could take back what was done against him.
    if (!rights_.runsOwnerOf(asked.caller, document.value)) throw notYours();
    document.value["blocked"] = blocked;
    documents_.write({{"key", id, document.value, document.version}}, blocked ? "blocked" : "updated",
                     asked.caller.name());
    return {200, shown(id, std::move(document.value))};
}

// The new key takes over everything; the old one dies at once, or leads to the new one for the time of grace.
Answer Keys::regenerate(const Asked& asked) {
    const std::string old_id = wanted(asked);
    const Document document = owned(asked.caller, old_id);
    if (isSet(document.value, "active_token_id"))
        throw badRequest("key: it was rotated already and only counts for a while", "key");
    Json wishes = asked.body;
    const std::string secret = newSecret(wishes, "new_key");
    const std::string grace = textIn(wishes, "grace_period");
    for (const char* no_field : {"key", "grace_period"}) wishes.erase(no_field);
    const int64_t now = host_.wallMs();
    applyType(wishes);
    applyDuration(wishes, now);
    KeyBounds(documents_, rights_).change(asked.caller, document.value, wishes, "/key/regenerate");
    Json key = document.value;
    merge(key, wishes);
    if (old_id != asked.caller.key_id) KeyBounds(documents_, rights_).takeOver(asked.caller, key);
    checkReferences(wishes);
    checkAlias(asked.caller, key, old_id);
    // Who gets a key of somebody else's to see does not get that one's powers with it.
    if (isSet(key, "user_id") && textIn(key, "user_id") != asked.caller.user && !asked.caller.admin())
        key["delegated"] = true;
    const std::string id = Digest(secret).hex();
    key["key_name"] = shortName(secret);
    key["updated_at"] = key["last_rotation_at"] = timeText(now);
    key["rotation_count"] = key.value("rotation_count", 0) + 1;
    std::vector<Change> changes{{"key", id, key, SLUICE_STORE_NONE}};
    std::optional<Json> old;
    if (!grace.empty()) {
        old = Json{{"active_token_id", id}, {"expires", timeText(now + *accounts::durationMs(grace))}};
        // Whose it is stays: they may take it away before its time.
        for (const char* member : {"key_name", "user_id", "team_id", "organization_id"}) {
            if (isSet(document.value, member)) (*old)[member] = document.value[member];
        }
    }
    changes.push_back({"key", old_id, std::move(old), document.version});
    // Tokens that count as the key go on doing so.
    for (const auto& name :
         documents_.ids(accounts::kJwtMappingKind, [](const auto&, const auto&) { return true; })) {
        auto mapping = documents_.find(accounts::kJwtMappingKind, name);
        if (!mapping || textIn(mapping->value, "token") != old_id) continue;
        mapping->value["token"] = id;
        changes.push_back({accounts::kJwtMappingKind, name, std::move(mapping->value), mapping->version});
    }
    documents_.write(std::move(changes), "rotated", asked.caller.name());
    Json answer = shown(id, std::move(key));
    answer["key"] = secret;
    return {200, std::move(answer)};
}

Answer Keys::reset(const Asked& asked) {
    const std::string id = wanted(asked);
    Document document = owned(asked.caller, id);
    const Pico before = spent_.of("key_id", id, document.value);
    resetSpend(document.value, asked.body.value("reset_to", Json(0)), host_.wallMs());
    documents_.write({{"key", id, document.value, document.version}}, "updated", asked.caller.name());
    return {200,
            {{"key_hash", id},
             {"spend", document.value["spend_base_usd"]},
             {"previous_spend", usd(before)},
             {"max_budget", document.value.value("max_budget", Json())},
             {"spend_from", document.value["spend_from"]}}};
}

}  // namespace admin_api
