// Who belongs to teams and organisations. The group's document has the list; what a user belongs to is found
// from there.
#pragma once

#include "api.h"

namespace admin_api {

class Members {
public:
    Members(Documents& documents, sluice::Host host)
        : documents_(documents), host_(host), rights_(documents) {}

    Routes routes();

    /// Teams that users may join by themselves. [control]
    void setAvailable(std::vector<std::string> teams) { available_ = std::move(teams); }

    /// Changes of the groups by which `user` comes to belong to the teams and organisations named in `body`
    /// (members `teams`, `organizations`), and to no others of that kind, and takes the members off the body.
    /// Throws Refused: 400 for a group that is not there, 403 for one that the caller does not run.
    std::vector<Change> follow(const Caller& caller, const std::string& user, Json& body) const;
    /// Changes by which a user that goes leaves all groups.
    std::vector<Change> leaveAll(const std::string& user) const;

private:
    Routes teamRoutes();
    Routes organizationRoutes();
    Answer add(const Asked& asked, const char* kind);
    Answer update(const Asked& asked, const char* kind);
    Answer remove(const Asked& asked, const char* kind);
    Answer changeModels(const Asked& asked, bool add);
    Answer me(const Asked& asked);
    Answer resetSpend(const Asked& asked);  // member_spend.cpp
    Answer available(const Asked& asked) const;
    /// Throws Refused, 403, unless somebody takes themselves, as a plain member, into a team that is open to
    /// all.
    void requireJoin(const Asked& asked, const std::string& team) const;
    bool isAvailable(const std::string& team) const;
    /// `joins`: somebody who does not run the group may ask for themselves.
    Document group(const Asked& asked, const char* kind, bool joins = false) const;
    std::string userOf(const Asked& asked, const Json& member) const;
    Json memberFrom(const Asked& asked, const Json& given, const char* kind) const;
    bool mayJoin(const Caller& caller, const std::string& team, const std::string& user) const;
    void setMember(Document& group, const char* kind, Json member) const;
    std::vector<Change> changesFor(const Caller& caller, const char* kind, const std::string& user,
                                   const Json& wanted) const;
    void write(const Asked& asked, const char* kind, Document& group, std::vector<Change> more);

    Documents& documents_;
    sluice::Host host_;
    Rights rights_;
    std::vector<std::string> available_;
};

/// The entry of a user in the list of a group that has objects; null if there is none. `kind`: "team" or
/// "organization".
Json* findMember(Json& group, const char* kind, const std::string& user);
/// Takes a user off the lists of a group's document; false if nothing was there.
bool dropMember(Json& group, const std::string& user);
/// Throws Refused, 422, for lists of members that are none.
void checkMembers(const Json& body);

}  // namespace admin_api
