#include "accounts/caller.h"

namespace accounts {
namespace {

sluice::Verdict block(const sluice::Request& request, const std::optional<Denied>& denied) {
    return denied ? request.block(denied->refusal()) : sluice::Verdict::Continue;
}

std::optional<Denied> checkCustomer(const sluice::Request& request, const Directory& directory) {
    const auto name = request.endUser();
    if (name.empty()) return std::nullopt;
    const auto customer = directory.customers().find(name);
    if (!customer || !customer->blocked) return std::nullopt;
    return Denied{403, "auth_error", "Customer=" + customer->id + " is blocked."};
}

}  // namespace

sluice::Verdict identify(const sluice::Request& request, const Caller& caller, uint32_t flags) {
    const Key& key = *caller.key;
    const auto& organization = caller.owners.organization;
    sluice_identity identity{};
    identity.flags = flags;
    identity.key_id = sluice::str(key.id);
    identity.key_alias = sluice::str(key.alias);
    identity.user = sluice::str(key.user);
    identity.tenant = identity.team = sluice::str(caller.team.empty() ? key.team : caller.team);
    identity.organization = sluice::str(organization ? organization->id : key.organization);
    return request.identified(identity);
}

sluice::Verdict checkEntry(const sluice::Request& request, const Caller& caller, const char* who) {
    auto denied = checkRoute(*caller.key, request.path(), request.route(), who);
    if (!denied) denied = checkClient(*caller.key, request.client());
    return denied ? request.deny(denied->refusal()) : sluice::Verdict::Continue;
}

sluice::Verdict checkCall(const sluice::Request& request, const Caller& caller, const Directory& directory,
                          const std::vector<std::string>& more_params) {
    const Extras* key = caller.key->extras.get();
    const Extras* team = caller.owners.team ? caller.owners.team->extras.get() : nullptr;
    noteEndUser(request);
    noteTags(request, key, team);
    noteExtras(request, key, team);
    if (const auto denied = checkCustomer(request, directory)) return block(request, denied);
    if (const auto other = aliased(*caller.key, caller.owners, request.model()); !other.empty())
        request.setModel(other);
    auto denied = checkModel(*caller.key, caller.owners, request.model(), directory.accessGroups());
    for (const Extras* who : {key, team}) {
        if (!denied && who) denied = checkParams(request, who->enforced_params);
    }
    if (!denied) denied = checkParams(request, more_params);
    return block(request, denied);
}

}  // namespace accounts
