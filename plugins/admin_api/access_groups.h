// /access_group/…: names for several models. Those that are made here are documents of the kind access_group,
// which all gateways on the store follow; those that deployments name in the configuration are shown beside
// them and stay where they are.
#pragma once

#include "accounts/access_groups.h"
#include "api.h"
#include "known_models.h"

namespace admin_api {

class AccessGroups {
public:
    AccessGroups(Documents& documents, const KnownModels& models, sluice::Host host)
        : documents_(documents), models_(models), host_(host) {}

    Routes routes();

private:
    Answer create(const Asked& asked);
    Answer update(const Asked& asked);
    Answer remove(const Asked& asked);
    Answer list() const;
    Json shown(const std::string& name) const;
    std::vector<std::string> modelsIn(const Asked& asked) const;
    std::optional<Document> own(const std::string& name) const;
    /// Throws Refused for a group that only deployments name, 400, and for one that is not there, 404.
    Document toChange(const std::string& name) const;
    Answer done(const std::string& name, const Json& models) const;

    Documents& documents_;
    const KnownModels& models_;
    sluice::Host host_;
};

}  // namespace admin_api
