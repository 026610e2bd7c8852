#include "jwt_mappings.h"

#include <algorithm>

#include "accounts/jwt_mapping.h"
#include "keys.h"

namespace admin_api {
namespace {

constexpr const char* kKind = accounts::kJwtMappingKind;
constexpr const char* kOne = "exactly one of key (the virtual key itself) and token (its SHA-256)";

// Without the token: whoever has it can tell whose key it is.
Json shown(const std::string& id, const Json& mapping) {
    Json all{{"id", id}};
    for (const char* member : {"jwt_issuer", "jwt_claim_name", "jwt_claim_value", "description", "is_active",
                               "created_at", "updated_at", "created_by", "updated_by"})
        all[member] = mapping.value(member, Json());
    return all;
}

std::string required(const Json& body, const char* member) {
    auto text = textIn(body, member);
    if (text.empty()) throw invalid(member, "nothing", "a text");
    return text;
}

}  // namespace

std::string JwtMappings::tokenIn(const Json& body) const {
    const auto key = textIn(body, "key"), token = textIn(body, "token");
    if (!key.empty() && !token.empty())
        throw badRequest("key, token: found both; allowed: " + std::string(kOne), "token");
    const bool digits =
        token.size() == 64 && token.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!token.empty() && !digits)
        throw badRequest(
            "token: allowed: the SHA-256 of a virtual key, 64 lower-case hexadecimal digits; a key itself "
            "stands in `key`",
            "token");
    const auto id = key.empty() ? token : keyId(key);
    if (!id.empty() && !documents_.has("key", id))
        throw badRequest("The provided key does not match an existing virtual key.",
                         key.empty() ? "token" : "key");
    return id;
}

Document JwtMappings::mapping(const std::string& id) const {
    auto found = documents_.find(kKind, id);
    if (!found) throw notFound("Mapping");
    return std::move(*found);
}

Answer JwtMappings::create(const Asked& asked) {
    const auto issuer = textIn(asked.body, "jwt_issuer");
    const auto claim = required(asked.body, "jwt_claim_name"),
               value = required(asked.body, "jwt_claim_value");
    const auto token = tokenIn(asked.body);
    if (token.empty()) throw badRequest("key, token: found neither; allowed: " + std::string(kOne), "key");
    const auto id = accounts::jwtMappingId(issuer, claim, value);
    if (documents_.has(kKind, id))
        throw Refused(409, "conflict_error", "There is a mapping for this claim and value already",
                      "jwt_claim_value");
    const auto now = timeText(host_.wallMs());
    const auto who = asked.caller.name();
    const Json mapping{{"jwt_issuer", issuer.empty() ? Json() : Json(issuer)},
                       {"jwt_claim_name", claim},
                       {"jwt_claim_value", value},
                       {"token", token},
                       {"description", asked.body.value("description", Json())},
                       {"is_active", true},
                       {"created_at", now},
                       {"updated_at", now},
                       {"created_by", who},
                       {"updated_by", who}};
    documents_.write({{kKind, id, mapping, SLUICE_STORE_NONE}}, "created", who);
    return {200, shown(id, mapping)};
}

Answer JwtMappings::update(const Asked& asked) {
    const auto id = required(asked.body, "id");
    const auto token = tokenIn(asked.body);
    auto document = mapping(id);
    if (!token.empty()) document.value["token"] = token;
    for (const char* member : {"description", "is_active"}) {
        if (asked.body.contains(member)) document.value[member] = asked.body[member];
    }
    if (document.value["is_active"].is_null()) document.value["is_active"] = true;
    document.value["updated_at"] = timeText(host_.wallMs());
    document.value["updated_by"] = asked.caller.name();
    documents_.write({{kKind, id, document.value, document.version}}, "updated", asked.caller.name());
    return {200, shown(id, document.value)};
}

Answer JwtMappings::remove(const Asked& asked) {
    const auto id = required(asked.body, "id");
    const auto document = mapping(id);
    documents_.write({{kKind, id, std::nullopt, document.version}}, "deleted", asked.caller.name());
    return {200, {{"status", "success"}}};
}

Answer JwtMappings::info(const Asked& asked) {
    const auto id = asked.parameter("id");
    if (id.empty()) throw invalid("id", "nothing", "the id of a mapping");
    return {200, shown(id, mapping(id).value)};
}

// The newest first.
Answer JwtMappings::list(const Asked& asked) {
    const Page page = pageOf(asked, "size", 50, 100);
    std::vector<std::pair<std::string, Json>> all;
    for (const auto& id : documents_.ids(kKind, [](const std::string&, const Links&) { return true; })) {
        if (const auto document = documents_.find(kKind, id))
            all.emplace_back(textIn(document->value, "created_at"), shown(id, document->value));
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    Json mappings = Json::array();
    for (size_t i = page.begin(); i < all.size() && page.holds(i); ++i)
        mappings.push_back(std::move(all[i].second));
    return {200,
            {{"mappings", std::move(mappings)},
             {"total_count", all.size()},
             {"current_page", page.number},
             {"total_pages", page.pagesOf(all.size())}}};
}

Routes JwtMappings::routes() {
    const Fields key{{"key", Type::Text}, {"token", Type::Text}, {"description", Type::Text}};
    const Fields claim{{"jwt_issuer", Type::Id}, {"jwt_claim_name", Type::Id}, {"jwt_claim_value", Type::Id}};
    return {
        post("/jwt/key/mapping/new", Access::OtherWrite, "Lets tokens with a claim count as a virtual key",
             with(claim, key), [this](const Asked& a) { return create(a); }),
        post("/jwt/key/mapping/update", Access::OtherWrite, "Another key, another description, on or off",
             with({{"id", Type::Id}, {"is_active", Type::Flag}}, key),
             [this](const Asked& a) { return update(a); }),
        post("/jwt/key/mapping/delete", Access::OtherWrite, "Takes a mapping away", {{"id", Type::Id}},
             [this](const Asked& a) { return remove(a); }),
        get("/jwt/key/mapping/info", Access::OtherRead, "One mapping", {{"id", Type::Text}},
            [this](const Asked& a) { return info(a); }),
        get("/jwt/key/mapping/list", Access::OtherRead, "All mappings, by pages, the newest first",
            {{"page", Type::Whole}, {"size", Type::Whole}}, [this](const Asked& a) { return list(a); })};
}

}  // namespace admin_api
