#include "mappings.h"

#include <algorithm>

#include "accounts/jwt_mapping.h"

namespace auth_jwt {
namespace {

constexpr size_t kValueBytesMax = 256;  // what /jwt/key/mapping/new takes
constexpr int kRotationsMax = 64;       // documents by hand may go round in circles

std::string textOf(const Json* value) {
    if (!value) return {};
    if (value->is_number_integer()) return value->dump();
    if (!value->is_string()) return {};
    const auto& text = value->get_ref<const std::string&>();
    const bool odd = text.size() > kValueBytesMax || std::any_of(text.begin(), text.end(), [](char c) {
                         return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                     });
    return odd ? std::string() : text;
}

}  // namespace

MappingIds mappingIdsOf(const Json& claims, const std::string& claim) {
    const std::string value = textOf(valueAt(claims, claim));
    if (value.empty()) return {};
    const std::string issuer = textOf(valueAt(claims, "iss"));
    return {issuer.empty() ? std::string() : accounts::jwtMappingId(issuer, claim, value),
            accounts::jwtMappingId("", claim, value)};
}

void Mappings::follow(std::string_view store) {
    if (!watcher_.open(store))
        throw sluice::ConfigError(
            "virtual_key_claim_field needs a store, such as store_sqlite, with keys and mappings");
    watcher_.watch(accounts::kJwtMappingKind, [this](const sluice_document& document) { take(document); });
}

void Mappings::take(const sluice_document& document) {
    const std::string id(sluice::view(document.id));
    const Json mapping = document.removed ? Json() : Json::parse(sluice::view(document.json), nullptr, false);
    const bool counts = mapping.is_object() && mapping.value("is_active", Json(true)) == true;
    const Json token = counts ? mapping.value("token", Json()) : Json();
    const auto digest =
        token.is_string() ? accounts::Digest::fromHex(token.get_ref<const std::string&>()) : std::nullopt;
    if (digest) return keys_.put(id, *digest);
    keys_.remove(id);
    if (counts) host_.error("the jwt_key_mapping " + id.substr(0, 12) + "… in the store names no key");
}

std::optional<accounts::Digest> Mappings::keyOf(const MappingIds& ids) const {
    for (const auto* id : {&ids.of_issuer, &ids.of_any}) {
        if (id->empty()) continue;
        if (const auto found = keys_.find(*id)) return *found;
    }
    return std::nullopt;
}

accounts::Directory::Keys::Found keyBehind(const accounts::Digest& digest,
                                           const accounts::Directory& directory) {
    auto key = directory.keys().find(digest);
    for (int i = 0; key && !key->successor.empty(); ++i) {
        const auto next = accounts::Digest::fromHex(key->successor);
        key = next && i < kRotationsMax ? directory.keys().find(*next) : nullptr;
    }
    return key;
}

}  // namespace auth_jwt
