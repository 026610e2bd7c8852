#include "deployment.h"

#include "edits.h"

namespace provider_openai {
namespace {

using sluice::view;

const Provider& providerOf(const sluice_deployment_config& config) {
    const auto* provider = providerNamed(view(config.provider));
    if (!provider) {
        throw sluice::ConfigError("provider_openai knows no provider " + std::string(view(config.provider)));
    }
    return *provider;
}

Endpoint endpointOf(const Provider& provider, const Params& params) {
    if (provider.quirk == Quirk::Azure) return Endpoint::azure(params.api_base, params.api_version);
    return Endpoint::plain(provider, params.api_base);
}

std::vector<Header> headersOf(const Provider& provider, const Params& params) {
    std::vector<Header> headers;
    if (!params.api_key.empty()) {
        const bool azure = provider.quirk == Quirk::Azure;
        headers.push_back(azure ? Header{"api-key", params.api_key}
                                : Header{"authorization", "Bearer " + params.api_key});
    }
    if (!params.organization.empty()) headers.push_back({"openai-organization", params.organization});
    headers.insert(headers.end(), params.extra_headers.begin(), params.extra_headers.end());
    return headers;
}

std::string nameAt(Quirk quirk, std::string_view model) {
    const bool is_short = quirk == Quirk::FireworksNames && model.find('/') == std::string_view::npos;
    return is_short ? "accounts/fireworks/models/" + std::string(model) : std::string(model);
}

}  // namespace

Deployment::Deployment(const sluice_deployment_config& config, const sluice::Host& host)
    : Deployment(providerOf(config), config, readParams(view(config.params), host)) {
    // Servers of one's own often want no key; one that is reached over TLS hardly ever does without.
    if (headers_.empty() && baseUrl().compare(0, 8, "https://") == 0) {
        host.warn("deployment " + std::string(view(config.id)) + ": no api_key, and " +
                  std::string(providerOf(config).key_env) + " is not set: requests go without a key");
    }
}

Deployment::Deployment(const Provider& provider, const sluice_deployment_config& config, const Params& params)
    : quirk_(provider.quirk),
      endpoint_(endpointOf(provider, params)),
      model_(view(config.model)),
      quoted_model_(jsonQuoted(nameAt(quirk_, model_))),
      stream_usage_(params.stream_usage),
      headers_(headersOf(provider, params)) {
    for (const auto& row : kRouteTable) {
        paths_[static_cast<size_t>(row.route)] = endpoint_.path(row.route, model_);
    }
}

sluice_status Deployment::prepare(Route route, const sluice::Attempt& attempt) const {
    const auto model = attempt.upstreamModel();
    if (const sluice_status status = setPath(route, model, attempt)) return status;
    if (!setFields(attempt)) return SLUICE_E_INTERNAL;
    if (endpoint_.modelInBody(route) && !setModel(model, attempt)) return SLUICE_E_INVALID;
    const bool has_options = route == Route::Chat || route == Route::Completions;
    if (has_options && stream_usage_ && attempt.stream() && !askForUsage(attempt)) return SLUICE_E_INVALID;
    return SLUICE_OK;
}

// Only a wildcard's deployment is asked for other models than its own.
sluice_status Deployment::setPath(Route route, std::string_view model, const sluice::Attempt& attempt) const {
    const auto& ready = paths_[static_cast<size_t>(route)];
    if (ready.empty()) return SLUICE_E_UNSUPPORTED;
    if (model == model_ || endpoint_.modelInBody(route)) {
        return attempt.setPath(ready) ? SLUICE_OK : SLUICE_E_INTERNAL;
    }
    return attempt.setPath(endpoint_.path(route, model)) ? SLUICE_OK : SLUICE_E_INVALID;
}

bool Deployment::setFields(const sluice::Attempt& attempt) const {
    copyClientFields(attempt);
    for (const auto& header : headers_) {
        if (!attempt.setUpstreamHeader(header.name, header.value)) return false;
    }
    return true;
}

bool Deployment::setModel(std::string_view model, const sluice::Attempt& attempt) const {
    if (model == model_) return nameModel(attempt, quoted_model_);
    return nameModel(attempt, jsonQuoted(nameAt(quirk_, model)));
}

}  // namespace provider_openai
