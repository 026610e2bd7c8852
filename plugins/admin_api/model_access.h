// Which models a caller may use, by the rules that their requests are held against (docs/keys.md).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "accounts/access_groups.h"
#include "accounts/watcher.h"
#include "documents.h"
#include "rights.h"

namespace admin_api {

class ModelAccess {
public:
    ModelAccess(const Documents& documents, sluice::Host host) : documents_(documents), watcher_(host) {}
    ModelAccess(const ModelAccess&) = delete;
    ModelAccess& operator=(const ModelAccess&) = delete;

    /// Access groups that are documents. After Documents::follow(), which throws if there is no store.
    /// [control]
    void follow(std::string_view store);
    /// What deployments say of access groups, before anybody asks. [control]
    void learn(std::string_view name, const sluice::Deployments& deployments) {
        groups_.learn(name, deployments);
    }

    using MayUse = std::function<bool(std::string_view model)>;
    /// Whoever sees everything may see every model, whatever their key says. Of a caller without a key here
    /// (a token of an identity provider) team, user and organisation decide. Valid for this request.
    MayUse of(const Caller& caller) const;

private:
    const Documents& documents_;
    accounts::AccessGroups groups_;
    accounts::Watcher watcher_;  // last: nobody is told any more when the rest goes
};

}  // namespace admin_api
