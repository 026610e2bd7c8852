// /team/…, /user/…, /organization/…, /customer/…, /project/…, /budget/…: new, update, info, list, delete,
// block and unblock.
#pragma once

#include "api.h"
#include "members.h"
#include "spent.h"
#include "team_callbacks.h"

namespace admin_api {

/// A kind of document and the routes below its path.
struct Resource {
    const char* kind;    // in the store
    const char* prefix;  // "/team"
    const char* id;      // member that names it: "team_id"
    const char* word;    // in messages: "Team"
    Fields fields;
    bool made_up_id;        // without one in the body it gets a random one
    const char* dimension;  // of the store's reports; empty: nobody counts what it spends
    Access read, write, update;
    bool is(std::string_view other) const { return other == kind; }
};

class Groups {
public:
    Groups(Documents& documents, sluice::Host host)
        : documents_(documents),
          host_(host),
          rights_(documents),
          members_(documents, host),
          callbacks_(documents, host),
          spent_(documents, host) {}

    static const std::vector<Resource>& resources();
    Routes routes();
    /// Members::setAvailable().
    void setAvailable(std::vector<std::string> teams) { members_.setAvailable(std::move(teams)); }

private:
    Answer create(const Resource& resource, const Asked& asked);
    Answer update(const Resource& resource, const Asked& asked);
    Answer updateUsers(const Asked& asked);
    Answer remove(const Resource& resource, const Asked& asked);
    Answer setBlocked(const Resource& resource, const Asked& asked, bool blocked);
    Answer info(const Resource& resource, const Asked& asked);
    Answer list(const Resource& resource, const Asked& asked);
    Answer listUsers(const Asked& asked);
    Answer pagedTeams(const Asked& asked);
    Answer budgets(const Asked& asked);

    void addRoutes(const Resource& resource, Routes& routes);
    void addOtherForms(Routes& routes);
    void addOrganizationForms(Routes& routes);
    bool runs(const Resource& resource, const Caller& caller, const std::string& id) const;
    bool sees(const Resource& resource, const Caller& caller, const std::string& id) const;
    std::string idIn(const Resource& resource, const Asked& asked) const;
    Document owned(const Resource& resource, const Caller& caller, const std::string& id) const;
    void boundNew(const Resource& resource, const Caller& caller, Json& value) const;
    void boundChange(const Resource& resource, const Caller& caller, const Json& before, Json& wishes) const;
    std::vector<Change> updated(const Resource& resource, const Caller& caller, const std::string& id,
                                Json wishes, Json& after);
    void checkReferences(const Resource& resource, const Json& value) const;
    void addDependents(const Resource& resource, const std::string& id, std::vector<Change>& changes) const;
    std::vector<std::string> visible(const Resource& resource, const Asked& asked) const;
    Json shown(const Resource& resource, const std::string& id, Json value) const;
    Json keysOf(const Caller& caller, const std::function<bool(const Links&)>& fits) const;

    Documents& documents_;
    sluice::Host host_;
    Rights rights_;
    Members members_;
    TeamCallbacks callbacks_;
    Spent spent_;
};

}  // namespace admin_api
