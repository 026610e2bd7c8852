// /jwt/key/mapping/…: which claims of tokens stand for which virtual keys. auth_jwt follows the documents.
// Source: litellm/proxy/management_endpoints/jwt_key_mapping_endpoints.py.
#pragma once

#include "api.h"

namespace admin_api {

class JwtMappings {
public:
    JwtMappings(Documents& documents, sluice::Host host) : documents_(documents), host_(host) {}

    Routes routes();

private:
    Answer create(const Asked& asked);
    Answer update(const Asked& asked);
    Answer remove(const Asked& asked);
    Answer info(const Asked& asked);
    Answer list(const Asked& asked);
    /// Of `key` or `token` in the body, of a key that there is; empty if neither is there. Throws Refused,
    /// 400.
    std::string tokenIn(const Json& body) const;
    /// Throws Refused, 404.
    Document mapping(const std::string& id) const;

    Documents& documents_;
    sluice::Host host_;
};

}  // namespace admin_api
