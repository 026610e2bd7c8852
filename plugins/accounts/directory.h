// The accounts of a store in memory: found on every request without asking anybody, changed as soon as the
// store tells of a change.
#pragma once

#include <sluice/plugin.hpp>

#include "accounts/access_groups.h"
#include "accounts/digest.h"
#include "accounts/entity.h"
#include "accounts/table.h"
#include "accounts/watcher.h"

namespace accounts {

struct DigestHash {
    size_t operator()(const Digest& digest) const { return digest.head(); }
};

class Directory {
public:
    explicit Directory(sluice::Host host) : host_(host), watcher_(host) {}
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    /// Reads all there is and follows the store. Throws sluice::ConfigError if there is no store, or several
    /// and none is named. `keys`: virtual keys, too. [control]
    void follow(std::string_view store, bool keys = true);

    using Keys = Table<Digest, Key, DigestHash>;
    using Groups = AccessGroups::Documents;
    const Keys& keys() const { return keys_; }
    const Groups& teams() const { return teams_; }
    const Groups& users() const { return users_; }
    const Groups& organizations() const { return organizations_; }
    const Groups& projects() const { return projects_; }
    const Groups& customers() const { return customers_; }
    const AccessGroups& accessGroups() const { return access_groups_; }
    /// What a model group's deployments say of access groups, before requests come. [control]
    void learn(std::string_view model, const sluice::Deployments& deployments) {
        access_groups_.learn(model, deployments);
    }

private:
    void takeKey(const sluice_document& document);
    void takeGroup(const sluice_document& document, Groups& groups);
    void refuse(const sluice_document& document, const std::string& fault) const;

    sluice::Host host_;
    Keys keys_;
    Groups teams_, users_, organizations_, projects_, customers_;
    AccessGroups access_groups_;
    Watcher watcher_;  // last: nobody is told any more when the rest goes
};

}  // namespace accounts
