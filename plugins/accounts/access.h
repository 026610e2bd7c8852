// What a caller may do: routes, addresses to come from, models; LiteLLM's rules
// (litellm/proxy/auth/auth_checks.py, route_checks.py).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "accounts/directory.h"

namespace accounts {

/// Why not. The texts are its own.
struct Denied {
    uint32_t status;
    std::string type, message;
    sluice::Refusal refusal() const { return sluice::Refusal{message}.withType(type).withStatus(status); }
};

/// Whom a key belongs to; null for who is not known, which is as if nothing were said.
struct Owners {
    Directory::Groups::Found team, user, organization, project;
};
Owners ownersOf(const Key& key, const Directory& directory);

/// Is the key itself in force? `now_ms`: since the Unix epoch.
std::optional<Denied> checkKey(const Key& key, const Owners& owners, int64_t now_ms);
/// `route`: name of the operation ("chat"), empty for what is no LLM API. `who`: in the message.
std::optional<Denied> checkRoute(const Key& key, std::string_view path, std::string_view route,
                                 const char* who = "Virtual key");
std::optional<Denied> checkClient(const Key& key, std::string_view address);
/// Everyone whom the key belongs to has to agree: a team's keys cannot do more than the team. Lists of models
/// name models, patterns and `access_groups`.
std::optional<Denied> checkModel(const Key& key, const Owners& owners, std::string_view model,
                                 const AccessGroups& access_groups);
/// The same of one team, user, …: may it use the model? An open one may.
bool mayUse(const Group& group, std::string_view model, const AccessGroups& access_groups);

/// The model that the name stands for, by the aliases of the key, then of its team; empty if it is none.
std::string_view aliased(const Key& key, const Owners& owners, std::string_view model);

}  // namespace accounts
