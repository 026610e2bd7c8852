// One deployment at Anthropic, or at a server that speaks its dialect. Whatever does not depend on the
// request is made ready here. Source: docs.anthropic.com/en/api/messages, /en/api/versioning,
// /en/api/beta-headers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sluice/deployment.hpp>
#include <sluice/request.hpp>

#include "breakpoints.h"

namespace provider_anthropic {

class Deployment {
public:
    /// Throws ConfigError.
    Deployment(const sluice_deployment_config& config, const sluice::Host& host);

    /// Without /v1.
    const std::string& baseUrl() const { return base_url_; }

    /// Path, fields and edits of one attempt. SLUICE_E_UNSUPPORTED for the routes of other dialects. [loop]
    sluice_status prepare(const sluice::Attempt& attempt) const;

private:
    std::string base_url_;
    std::string model_;
    std::string quoted_model_;
    Breakpoints breakpoints_;
    std::vector<sluice::OwnedHeader> headers_;  // credentials first, extra_headers last
};

}  // namespace provider_anthropic
