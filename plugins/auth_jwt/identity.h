// Who a token says its bearer is. Depends on the token and the configuration alone, so it is worked out once
// for each token.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "options.h"

namespace auth_jwt {

struct Principal {
    /// Its routes, models and ids as if it were a virtual key; `id` is the SHA-256 of issuer and subject, the
    /// same for every token of one bearer. The team is chosen with each request.
    std::shared_ptr<const accounts::Key> key;
    /// Scopes and roles: what each of them allows; all have to agree.
    std::vector<std::shared_ptr<const accounts::Key>> gates;
    std::vector<std::string> teams;  // one of these, the first that may use the model; at most 256
    bool team_named = false;         // teams has the one of team_id_jwt_field alone
    Role role = Role::None;
    std::string email, end_user;
};

/// Nothing if nobody may come in with it; `denied` says why: 401 for claims of another shape, else 403.
std::optional<Principal> principalOf(const Json& claims, const Options& options, accounts::Denied& denied);

}  // namespace auth_jwt
