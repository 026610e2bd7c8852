// Where the requests of one deployment go: the base URL, and the path of each route below it.
#pragma once

#include <string>
#include <string_view>

#include "providers.h"
#include "routes.h"

namespace provider_openai {

class Endpoint {
public:
    /// Any provider but Azure. `api_base` empty: the provider's own. Throws ConfigError.
    static Endpoint plain(const Provider& provider, std::string_view api_base);
    /// https://NAME.openai.azure.com, alone or followed by /openai/v1 or /openai/deployments/DEPLOYMENT.
    /// Throws ConfigError.
    static Endpoint azure(std::string_view api_base, std::string_view api_version);

    const std::string& baseUrl() const { return base_url_; }

    /// With query, below the base URL; empty if the upstream has no such route, or the model no place in a
    /// path.
    std::string path(Route route, std::string_view model) const;
    /// Does the upstream take the model from the body? If not, it stands in the path.
    bool modelInBody(Route route) const { return !deployments_ || route == Route::Responses; }

private:
    std::string deploymentPath(Route route, std::string_view model) const;

    std::string base_url_;
    std::string prefix_;  // between the base URL and the route
    std::string query_;   // "?api-version=…" or empty
    bool azure_ = false;
    bool deployments_ = false;      // Azure's older form, with the deployment in the path
    std::string fixed_deployment_;  // the one that api_base named; empty: the model
};

/// `text` as one segment of a path or a value of a query (RFC 3986 section 2.3: all but the unreserved is
/// encoded).
std::string percentEncoded(std::string_view text);

}  // namespace provider_openai
