// Who asks, once it is known, by key or by token, and what the phases after authenticate make of it.
#pragma once

#include "accounts/access.h"
#include "accounts/notes.h"

namespace accounts {

/// What a plugin keeps of the caller from authenticate on; without a key it is somebody else's.
struct Caller {
    std::shared_ptr<const Key> key;
    Owners owners;
    std::string team;  // that it counts for; empty: the key's
};

/// Tells the host who it is. `owners.organization` counts before the key's own name for it. In authenticate.
sluice::Verdict identify(const sluice::Request& request, const Caller& caller, uint32_t flags = 0);

/// Routes and addresses. `who`: in messages. In authorize.
sluice::Verdict checkEntry(const sluice::Request& request, const Caller& caller,
                           const char* who = "Virtual key");

/// End user, tags and attributes, alias, model, parameters. `more_params`: demanded besides those of key and
/// team. In pre_call.
sluice::Verdict checkCall(const sluice::Request& request, const Caller& caller, const Directory& directory,
                          const std::vector<std::string>& more_params = {});

}  // namespace accounts
