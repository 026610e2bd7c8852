// What a request brings along for others: its end user, its tags, and what its caller's key and team say
// about guardrails and caches. Later plugins and the record find it as attributes (docs/keys.md).
#pragma once

#include <sluice/plugin.hpp>

#include "accounts/access.h"

namespace accounts {

/// The end user: a header, or the body's `user`; one that is known already stays. Source:
/// docs.litellm.ai/docs/proxy/customers. In pre_call. [loop]
void noteEndUser(const sluice::Request& request);

/// Attribute "tags", a JSON list: those of the attribute, of the key, of its team, and of the request (body,
/// x-litellm-tags). At most 64, of at most 512 bytes each: what the store keeps. In pre_call. [loop]
void noteTags(const sluice::Request& request, const Extras* key, const Extras* team);

/// The attributes sluice.guardrails, sluice.cache_controls, sluice.key_metadata, sluice.team_metadata,
/// sluice.key_permissions, sluice.service_account, each if there is anything to say. [loop]
void noteExtras(const sluice::Request& request, const Extras* key, const Extras* team);

/// Every parameter that key and team demand has to be in the body: "user", "metadata.run".
std::optional<Denied> checkParams(const sluice::Request& request, const std::vector<std::string>& wanted);

}  // namespace accounts
