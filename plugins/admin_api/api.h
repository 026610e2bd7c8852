// The admin routes behind their paths: what is asked, by whom, and the answer.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "documents.h"
#include "fields.h"

namespace admin_api {

/// Who asks. Only an admin changes anything; others may look at what is their own.
struct Caller {
    bool admin = false;
    std::string key_id, user, team;
    std::string name() const { return user.empty() ? key_id : user; }
};

/// One request to an admin route.
struct Asked {
    std::string_view body;
    std::map<std::string, std::string> query;  // decoded
    Caller caller;

    /// A parameter of the query; empty if it is not there.
    std::string parameter(const std::string& name) const;
    /// A whole number within bounds, or `otherwise`; throws Refused if it is anything else.
    size_t number(const std::string& name, size_t otherwise, size_t least, size_t most) const;
};

/// "a=b&c=d" with percent signs and pluses.
std::map<std::string, std::string> parseQuery(std::string_view query);

/// /key/…: virtual keys. A key is shown once, when it is made; kept is its SHA-256.
class Keys {
public:
    Keys(Documents& documents, sluice::Host host) : documents_(documents), host_(host) {}

    Answer generate(const Asked& asked);
    Answer update(const Asked& asked);
    Answer remove(const Asked& asked);
    Answer block(const Asked& asked) { return setBlocked(asked, true); }
    Answer unblock(const Asked& asked) { return setBlocked(asked, false); }
    Answer regenerate(const Asked& asked);
    Answer info(const Asked& asked);
    Answer list(const Asked& asked);

private:
    Answer setBlocked(const Asked& asked, bool blocked);
    std::string wanted(const Asked& asked, const Json& body) const;
    Document found(const std::string& id) const;
    void checkOwners(const Json& key) const;
    void checkAlias(const Json& key, const std::string& id) const;
    Json spent(const std::string& id) const;

    Documents& documents_;
    sluice::Host host_;
};

/// /team/…, /user/…, /organization/…, /customer/…, /project/…, /budget/…: new, update, info, list, delete,
/// block and unblock.
class Groups {
public:
    Groups(Documents& documents, sluice::Host host) : documents_(documents), host_(host) {}

    static const std::vector<Resource>& resources();

    Answer create(const Resource& resource, const Asked& asked);
    Answer update(const Resource& resource, const Asked& asked);
    Answer remove(const Resource& resource, const Asked& asked);
    Answer setBlocked(const Resource& resource, const Asked& asked, bool blocked);
    Answer info(const Resource& resource, const Asked& asked);
    Answer list(const Resource& resource, const Asked& asked);

private:
    std::string idIn(const Resource& resource, const Json& body) const;
    Document found(const Resource& resource, const std::string& id) const;

    Documents& documents_;
    sluice::Host host_;
};

void requireAdmin(const Caller& caller);
/// 16 random bytes from the system, URL-safe base64.
std::string randomText();

}  // namespace admin_api
