// Calls to AWS: credentials of the configuration or the environment, a region, a signature.
#pragma once

#include "caller.h"
#include "reading.h"
#include "shared_aws/sigv4.h"

namespace guard_remote {

class Aws {
public:
    /// Reads aws_region_name, aws_access_key_id, aws_secret_access_key, aws_session_token. `service`: as
    /// signatures name it; `endpoint`: the URL instead of https://HOST.REGION.amazonaws.com; may be empty.
    Aws(const sluice::ConfigObject& config, const sluice::Host& host, std::string service,
        std::string_view host_name, std::string endpoint, std::string_view endpoint_key);

    /// Signed and posted; `path` as it is sent. Throws Unusable. [may-wait]
    std::string_view post(Caller& caller, const std::string& path, const std::string& body,
                          std::vector<std::pair<std::string, std::string>> headers) const;

private:
    sigv4::Credentials credentials_;
    sigv4::Scope scope_;
    std::string endpoint_, host_field_;
};

}  // namespace guard_remote
