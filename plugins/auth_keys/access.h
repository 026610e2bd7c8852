// What a key may do: routes, addresses it may come from, models; LiteLLM's rules
// (litellm/proxy/auth/auth_checks.py, route_checks.py).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "accounts/directory.h"

namespace auth_keys {

/// Why not. The texts are its own.
struct Denied {
    uint32_t status;
    std::string type, message;
    sluice::Refusal refusal() const { return sluice::Refusal{message}.withType(type).withStatus(status); }
};

/// Whom a key belongs to; null for who is not known, which is as if nothing were said.
struct Owners {
    accounts::Directory::Groups::Found team, user, organization, project;
};
Owners ownersOf(const accounts::Key& key, const accounts::Directory& directory);

/// Is the key itself in force? `now_ms`: since the Unix epoch.
std::optional<Denied> checkKey(const accounts::Key& key, const Owners& owners, int64_t now_ms);
/// `route`: name of the operation ("chat"), empty for what is no LLM API.
std::optional<Denied> checkRoute(const accounts::Key& key, std::string_view path, std::string_view route);
std::optional<Denied> checkClient(const accounts::Key& key, std::string_view address);
/// Everyone whom the key belongs to has to agree: a team's keys cannot do more than the team.
std::optional<Denied> checkModel(const accounts::Key& key, const Owners& owners, std::string_view model);

/// The model that the name stands for, by the aliases of the key, then of its team; empty if it is none.
std::string_view aliased(const accounts::Key& key, const Owners& owners, std::string_view model);

}  // namespace auth_keys
