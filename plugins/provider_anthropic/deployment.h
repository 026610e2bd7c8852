// One deployment at Anthropic, or at a server that speaks its dialect. Whatever does not depend on the
// request is made ready here. Source: docs.anthropic.com/en/api/messages, /en/api/versioning,
// /en/api/beta-headers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sluice/plugin.hpp>

#include "params.h"

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
    void copyClientFields(const sluice::Attempt& attempt) const;
    std::string betas(const sluice::Attempt& attempt) const;

    const sluice_host_request* const fields_;  // host-owned
    std::string base_url_;
    std::string model_;
    std::string quoted_model_;
    std::vector<Header> headers_;  // credentials first, extra_headers last
};

}  // namespace provider_anthropic
