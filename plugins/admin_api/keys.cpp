#include <algorithm>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "accounts/digest.h"
#include "accounts/duration.h"
#include "api.h"

namespace admin_api {

using accounts::Digest;

namespace {

// litellm/proxy/_types.py, GenerateKeyRequest
const std::vector<Field>& keyFields() {
    static const auto fields = withLimits({{"key_alias", Type::Text},
                                           {"duration", Type::Duration},
                                           {"aliases", Type::Mapping},
                                           {"config", Type::Mapping},
                                           {"user_id", Type::Text},
                                           {"team_id", Type::Text},
                                           {"organization_id", Type::Text},
                                           {"project_id", Type::Text},
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

std::vector<Field> and_(std::vector<Field> fields, std::initializer_list<Field> more) {
    fields.insert(fields.end(), more);
    return fields;
}

std::string shortName(std::string_view key) { return "sk-..." + std::string(key.substr(key.size() - 4)); }

// LiteLLM keeps the type of a key as the routes that it may use.
void applyType(Json& key) {
    const Json type = key.contains("key_type") ? key["key_type"] : Json();
    key.erase("key_type");
    if (!type.is_string() || type == "default") return;
    if (type == "llm_api") {
        key["allowed_routes"] = {"llm_api_routes"};
    } else if (type == "management") {
        key["allowed_routes"] = {"management_routes"};
    } else if (type == "read_only") {
        key["allowed_routes"] = {"info_routes"};
    } else {
        throw invalid("key_type", type.dump(), "llm_api, management, read_only, default");
    }
}

void applyDuration(Json& key, int64_t now_ms) {
    if (!key.contains("duration")) return;
    const Json duration = key["duration"];
    key["expires"] = duration.is_string()
                         ? Json(timeText(now_ms + *accounts::durationMs(duration.get<std::string>())))
                         : Json();
}

Json shown(const std::string& id, Json value) {
    value["token"] = id;
    value["token_id"] = id;
    return value;
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

Answer Keys::generate(const Asked& asked) {
    requireAdmin(asked.caller);
    Json key = readBody(
        asked.body,
        and_(keyFields(), {{"key", Type::Text}, {"spend", Type::Number}, {"send_invite_email", Type::Flag}}));
    std::string secret =
        key.contains("key") && key["key"].is_string() ? key["key"].get<std::string>() : "sk-" + randomText();
    if (secret.compare(0, 3, "sk-") != 0 || secret.size() < 16)
        throw invalid("key", "a key of another form",
                      "a text of at least 16 characters that begins with sk-");
    key.erase("key");
    applyType(key);
    const int64_t now = host_.wallMs();
    applyDuration(key, now);
    checkOwners(key);
    const std::string id = Digest(secret).hex();
    checkAlias(key, id);
    key["key_name"] = shortName(secret);
    key["created_at"] = key["updated_at"] = timeText(now);
    key["created_by"] = key["updated_by"] = asked.caller.name();
    documents_.write({{"key", id, key, SLUICE_STORE_NONE}}, "created", asked.caller.name());
    Json answer = shown(id, std::move(key));
    answer["key"] = secret;  // this once
    return {200, std::move(answer)};
}

// By the key itself or by its hash.
std::string Keys::wanted(const Asked& asked, const Json& body) const {
    const std::string named = body.contains("key") && body["key"].is_string() ? body["key"].get<std::string>()
                                                                              : asked.parameter("key");
    if (named.empty()) return {};
    return named.compare(0, 3, "sk-") == 0 ? Digest(named).hex() : named;
}

Document Keys::found(const std::string& id) const {
    auto document = documents_.find("key", id);
    if (!document) throw notFound("Key");
    return std::move(*document);
}

// A key of a team that does not exist would have no limits of a team.
void Keys::checkOwners(const Json& key) const {
    for (const auto& [member, kind] :
         {std::pair("team_id", "team"), std::pair("organization_id", "organization"),
          std::pair("project_id", "project"), std::pair("budget_id", "budget")}) {
        if (!key.contains(member) || !key[member].is_string()) continue;
        if (!documents_.find(kind, key[member].get<std::string>()))
            throw badRequest(std::string(member) + ": there is no " + kind + " " + key[member].dump(),
                             member);
    }
}

void Keys::checkAlias(const Json& key, const std::string& id) const {
    if (!key.contains("key_alias") || !key["key_alias"].is_string()) return;
    documents_.each("key", [&](const std::string& other, const Json& value) {
        if (other != id && value.is_object() && value.value("key_alias", Json()) == key["key_alias"])
            throw badRequest("key_alias: " + key["key_alias"].dump() + " is taken by another key",
                             "key_alias");
        return true;
    });
}

Answer Keys::update(const Asked& asked) {
    requireAdmin(asked.caller);
    Json body = readBody(asked.body, and_(keyFields(), {{"key", Type::Text},
                                                        {"spend", Type::Number},
                                                        {"temp_budget_increase", Type::Number},
                                                        {"temp_budget_expiry", Type::Time}}));
    const std::string id = wanted(asked, body);
    if (id.empty()) throw badRequest("key: the key to update, or its hash", "key");
    if (body.contains("temp_budget_increase") != body.contains("temp_budget_expiry"))
        throw badRequest("temp_budget_increase and temp_budget_expiry go together", "temp_budget_increase");
    Document document = found(id);
    body.erase("key");
    applyType(body);
    applyDuration(body, host_.wallMs());
    for (const auto& [name, value] : body.items()) document.value[name] = value;
    checkOwners(document.value);
    checkAlias(document.value, id);
    document.value["updated_at"] = timeText(host_.wallMs());
    document.value["updated_by"] = asked.caller.name();
    documents_.write({{"key", id, document.value, document.version}}, "updated", asked.caller.name());
    return {200, shown(id, std::move(document.value))};
}

Answer Keys::remove(const Asked& asked) {
    requireAdmin(asked.caller);
    const Json body = readBody(asked.body, {{"keys", Type::Texts}, {"key_aliases", Type::Texts}});
    std::vector<std::string> ids;
    for (const auto& key : body.value("keys", Json::array())) {
        const auto text = key.get<std::string>();
        ids.push_back(text.compare(0, 3, "sk-") == 0 ? Digest(text).hex() : text);
    }
    const Json aliases = body.value("key_aliases", Json::array());
    documents_.each("key", [&](const std::string& id, const Json& value) {
        const Json alias = value.is_object() ? value.value("key_alias", Json()) : Json();
        if (!alias.is_null() && std::find(aliases.begin(), aliases.end(), alias) != aliases.end())
            ids.push_back(id);
        return true;
    });
    if (ids.empty()) throw badRequest("keys: which ones?", "keys");
    std::vector<Change> changes;
    for (const auto& id : ids) changes.push_back({"key", id, std::nullopt, found(id).version});
    documents_.write(std::move(changes), "deleted", asked.caller.name());
    return {200, {{"deleted_keys", ids}}};
}

Answer Keys::setBlocked(const Asked& asked, bool blocked) {
    requireAdmin(asked.caller);
    const Json body = readBody(asked.body, {{"key", Type::Text}});
    const std::string id = wanted(asked, body);
    if (id.empty()) throw badRequest("key: which one?", "key");
    Document document = found(id);
    document.value["blocked"] = blocked;
    documents_.write({{"key", id, document.value, document.version}}, blocked ? "blocked" : "updated",
                     asked.caller.name());
    return {200, shown(id, std::move(document.value))};
}

// The new key takes over everything; the old one dies at once, or leads to the new one for the time of grace.
Answer Keys::regenerate(const Asked& asked) {
    requireAdmin(asked.caller);
    Json body = readBody(
        asked.body,
        and_(keyFields(), {{"key", Type::Text}, {"new_key", Type::Text}, {"grace_period", Type::Duration}}));
    const std::string old_id = wanted(asked, body);
    if (old_id.empty()) throw badRequest("key: which one?", "key");
    Document document = found(old_id);
    const std::string secret = body.contains("new_key") && body["new_key"].is_string()
                                   ? body["new_key"].get<std::string>()
                                   : "sk-" + randomText();
    if (secret.compare(0, 3, "sk-") != 0 || secret.size() < 16)
        throw invalid("new_key", "a key of another form",
                      "a text of at least 16 characters that begins with sk-");
    const Json grace = body.value("grace_period", Json());
    for (const char* no_field : {"key", "new_key", "grace_period"}) body.erase(no_field);
    const int64_t now = host_.wallMs();
    applyType(body);
    applyDuration(body, now);
    Json key = document.value;
    for (const auto& [name, value] : body.items()) key[name] = value;
    const std::string id = Digest(secret).hex();
    key["key_name"] = shortName(secret);
    key["updated_at"] = key["last_rotation_at"] = timeText(now);
    key["rotation_count"] = key.value("rotation_count", 0) + 1;
    std::vector<Change> changes{{"key", id, key, SLUICE_STORE_NONE}};
    if (grace.is_string()) {
        const int64_t until = now + *accounts::durationMs(grace.get<std::string>());
        changes.push_back({"key", old_id,
                           Json{{"active_token_id", id},
                                {"expires", timeText(until)},
                                {"key_name", document.value.value("key_name", "")}},
                           document.version});
    } else {
        changes.push_back({"key", old_id, std::nullopt, document.version});
    }
    documents_.write(std::move(changes), "rotated", asked.caller.name());
    Json answer = shown(id, std::move(key));
    answer["key"] = secret;
    return {200, std::move(answer)};
}

Json Keys::spent(const std::string& id) const {
    const Json rows =
        documents_.report({{"report", "spend"}, {"group_by", {"key_id"}}, {"where", {{"key_id", id}}}})
            .value("rows", Json::array());
    return rows.empty() ? Json(0.0) : rows[0].value("spend", Json(0.0));
}

Answer Keys::info(const Asked& asked) {
    std::string id = wanted(asked, Json::object());
    const bool self = id.empty();
    if (self) id = asked.caller.key_id;
    // What another one's key is called is not told apart from its not being there.
    if (!asked.caller.admin && id != asked.caller.key_id)
        throw forbidden("You are not allowed to access this key's info");
    Document document = found(id);
    document.value["spend"] = spent(id);
    return {200,
            {{"key", self ? id : asked.parameter("key")}, {"info", shown(id, std::move(document.value))}}};
}

Answer Keys::list(const Asked& asked) {
    requireAdmin(asked.caller);
    const size_t page = asked.number("page", 1, 1, 1'000'000), size = asked.number("size", 10, 1, 1000);
    const bool whole = asked.parameter("return_full_object") == "true";
    Json keys = Json::array();
    size_t count = 0;
    documents_.each("key", [&](const std::string& id, const Json& value) {
        for (const char* filter : {"user_id", "team_id", "organization_id", "key_alias"}) {
            const auto wanted = asked.parameter(filter);
            if (!wanted.empty() && value.value(filter, Json()) != Json(wanted)) return true;
        }
        if (count >= (page - 1) * size && count < page * size)
            keys.push_back(whole ? shown(id, value) : Json(id));
        ++count;
        return true;
    });
    return {200,
            {{"keys", std::move(keys)},
             {"total_count", count},
             {"current_page", page},
             {"total_pages", (count + size - 1) / size}}};
}

}  // namespace admin_api
