// /v1/access_group and /v1/unified_access_group: access groups by an id of their own, and the teams and keys
// that have it in their access_group_ids. The same documents as those of access_groups.h, whose id is their
// name. Source: litellm/proxy/management_endpoints/access_group_endpoints.py.
#pragma once

#include "api.h"
#include "known_models.h"

namespace admin_api {

class UnifiedGroups {
public:
    UnifiedGroups(Documents& documents, const KnownModels& models, sluice::Host host)
        : documents_(documents), models_(models), host_(host) {}

    Routes routes();

private:
    Answer create(const Asked& asked);
    Answer update(const Asked& asked);
    Answer remove(const Asked& asked);
    Answer one(const Asked& asked) const;
    Answer list() const;
    Document group(const Asked& asked) const;
    /// By the member of the answer, "assigned_team_ids", …, and the id of the group: who has it.
    using Holders = std::map<std::string, std::map<std::string, std::vector<std::string>>>;
    Holders holders() const;
    static Json shown(const std::string& id, const Json& group, const Holders& holders);
    /// Puts what the body says into the group. Throws Refused: 400 for models that are not there, 409 for a
    /// name that another group has.
    void apply(const Asked& asked, const std::string& id, Json& group) const;
    /// The teams or keys that have the group.
    std::vector<std::string> holdersOf(const char* kind, const std::string& id) const;
    /// Changes by which those that the body names have the group, and no others. Throws Refused, 400, for one
    /// that is not there.
    std::vector<Change> assigned(const Asked& asked, const std::string& id) const;
    std::optional<Change> given(const char* kind, const std::string& holder, const std::string& id, bool has,
                                const std::string& who) const;

    Documents& documents_;
    const KnownModels& models_;
    sluice::Host host_;
};

}  // namespace admin_api
