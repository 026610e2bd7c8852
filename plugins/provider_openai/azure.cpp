// Azure OpenAI. Two forms of one API: the older one has the deployment in the path and a dated api-version in
// the query (learn.microsoft.com/azure/ai-services/openai/reference), the newer one is OpenAI's below
// /openai/v1 (learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle).
#include <sluice/deployment.hpp>

#include "endpoint.h"

namespace provider_openai {
namespace {

// The latest version that is no preview; LiteLLM's own default is a preview.
constexpr std::string_view kDefaultVersion = "2024-10-21";
constexpr std::string_view kDeployments = "/openai/deployments/";
constexpr std::string_view kV1 = "/openai/v1";

bool isV1(std::string_view version) { return version == "preview" || version == "latest" || version == "v1"; }

// What stands behind "api-version=" in the query that people copy with the URL from Azure's portal.
std::string_view versionIn(std::string_view query) {
    constexpr std::string_view kName = "api-version=";
    const size_t at = query.find(kName);
    if (at == std::string_view::npos) return {};
    query.remove_prefix(at + kName.size());
    return query.substr(0, query.find('&'));
}

bool stripEnd(std::string_view& text, std::string_view tail) {
    if (text.size() < tail.size() || text.substr(text.size() - tail.size()) != tail) return false;
    text.remove_suffix(tail.size());
    return true;
}

}  // namespace

Endpoint Endpoint::azure(std::string_view api_base, std::string_view api_version) {
    if (api_base.empty()) throw sluice::ConfigError("api_base: azure has no default, so it is required");
    const size_t query = api_base.find('?');
    if (query != std::string_view::npos) {
        if (api_version.empty()) api_version = versionIn(api_base.substr(query));
        api_base = api_base.substr(0, query);
    }
    api_base = sluice::checkedBaseUrl(api_base);
    Endpoint endpoint;
    endpoint.azure_ = true;
    bool v1 = isV1(api_version);
    const size_t deployments = api_base.find(kDeployments);
    if (deployments != std::string_view::npos) {
        const auto rest = api_base.substr(deployments + kDeployments.size());
        endpoint.fixed_deployment_ = rest.substr(0, rest.find('/'));
        api_base = api_base.substr(0, deployments);
    } else if (stripEnd(api_base, kV1)) {
        v1 = true;
    } else {
        (void)stripEnd(api_base, "/openai");
    }
    endpoint.base_url_ = api_base;
    endpoint.deployments_ = !v1;
    if (v1) {
        endpoint.prefix_ = kV1;
        // The only version that /openai/v1 has to be told.
        if (api_version == "preview") endpoint.query_ = "?api-version=preview";
    } else {
        if (api_version.empty()) api_version = kDefaultVersion;
        endpoint.query_ = "?api-version=" + percentEncoded(api_version);
    }
    return endpoint;
}

std::string Endpoint::deploymentPath(Route route, std::string_view model) const {
    if (route == Route::Responses) return "/openai/responses" + query_;
    if (fixed_deployment_.empty() && (model == "." || model == "..")) return {};  // would leave the directory
    // What api_base named is encoded already.
    const std::string deployment = fixed_deployment_.empty() ? percentEncoded(model) : fixed_deployment_;
    return std::string(kDeployments) + deployment + std::string(info(route).tail) + query_;
}

}  // namespace provider_openai
