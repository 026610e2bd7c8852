// /key/…: virtual keys. A key is shown once, when it is made; kept is its SHA-256.
#pragma once

#include "api.h"
#include "spent.h"

namespace admin_api {

class Keys {
public:
    Keys(Documents& documents, sluice::Host host)
        : documents_(documents), host_(host), rights_(documents), spent_(documents, host) {}

    Routes routes();

    Answer generate(const Asked& asked, bool service_account);
    Answer update(const Asked& asked);
    Answer updateMany(const Asked& asked);
    Answer updateTeam(const Asked& asked);
    Answer remove(const Asked& asked);
    Answer setBlocked(const Asked& asked, bool blocked);
    Answer regenerate(const Asked& asked);
    Answer reset(const Asked& asked);

    Answer info(const Asked& asked);
    Answer infoOfMany(const Asked& asked);
    Answer health(const Asked& asked);
    Answer list(const Asked& asked);
    Answer aliases(const Asked& asked);

private:
    Routes changeRoutes();
    Routes viewRoutes();
    std::string wanted(const Asked& asked) const;
    Document owned(const Caller& caller, const std::string& id) const;
    std::vector<std::string> teamKeysIn(const Asked& asked) const;
    Change updated(const Caller& caller, const std::string& id, Json wishes) const;
    void checkReferences(const Json& key) const;
    void checkAlias(const Caller& caller, const Json& key, const std::string& id) const;
    std::vector<std::string> matching(const Asked& asked) const;
    Json shown(const std::string& id, Json value) const;

    Documents& documents_;
    sluice::Host host_;
    Rights rights_;
    Spent spent_;
};

/// What keys may hold: litellm/proxy/_types.py, GenerateKeyRequest.
const Fields& keyFields();
/// By the key itself or by its hash.
std::string keyId(const std::string& named);
/// 16 random bytes from the system, URL-safe base64.
std::string randomText();

}  // namespace admin_api
