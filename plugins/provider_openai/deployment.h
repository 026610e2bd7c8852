// One deployment at an upstream that speaks OpenAI's dialect. Whatever does not depend on the request is made
// ready here.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/plugin.hpp>

#include "endpoint.h"
#include "params.h"
#include "routes.h"

namespace provider_openai {

class Deployment {
public:
    /// Throws ConfigError.
    Deployment(const sluice_deployment_config& config, const sluice::Host& host);

    const std::string& baseUrl() const { return endpoint_.baseUrl(); }

    /// Path, fields and edits of one attempt. SLUICE_E_UNSUPPORTED if the upstream has no such route. [loop]
    sluice_status prepare(Route route, const sluice::Attempt& attempt) const;

private:
    Deployment(const Provider& provider, const sluice_deployment_config& config, const Params& params);
    sluice_status setPath(Route route, std::string_view model, const sluice::Attempt& attempt) const;
    bool setFields(const sluice::Attempt& attempt) const;
    bool setModel(std::string_view model, const sluice::Attempt& attempt) const;

    const Quirk quirk_;
    const Endpoint endpoint_;
    const std::string model_;         // as configured: "*" or a pattern if it is one for many
    const std::string quoted_model_;  // model_ as the upstream calls it, as JSON
    const bool stream_usage_;
    std::array<std::string, kRoutes> paths_;  // for model_; empty: no such route
    std::vector<Header> headers_;             // credentials first, extra_headers last
};

}  // namespace provider_openai
