// Tokens that count as virtual keys: LiteLLM's virtual_key_claim_field and /jwt/key/mapping
// (docs.litellm.ai/docs/proxy/jwt_key_mapping).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "accounts/directory.h"
#include "object.h"

namespace auth_jwt {

/// Which documents may map a token; worked out once for each token. Empty: it has no such claim.
struct MappingIds {
    std::string of_issuer;  // looked at first
    std::string of_any;
};
/// `claim`: a path. A value that is no text or whole number, is longer than 256 bytes or has control
/// characters in it is none: such a one cannot be mapped.
MappingIds mappingIdsOf(const Json& claims, const std::string& claim);

class Mappings {
public:
    explicit Mappings(sluice::Host host) : host_(host), watcher_(host) {}

    /// Throws sluice::ConfigError without a store. [control]
    void follow(std::string_view store);
    /// The key that the token counts as; nothing if nobody has mapped it, or the mapping is switched off.
    /// [any]
    std::optional<accounts::Digest> keyOf(const MappingIds& ids) const;

private:
    void take(const sluice_document& document);

    const sluice::Host host_;
    accounts::Table<std::string, accounts::Digest, accounts::TextHash> keys_;  // those that count
    accounts::Watcher watcher_;  // last: nobody is told any more when the rest goes
};

/// The key itself, or what it was rotated to: who shows a token need not know of that. Null: it is gone.
accounts::Directory::Keys::Found keyBehind(const accounts::Digest& digest,
                                           const accounts::Directory& directory);

}  // namespace auth_jwt
