// Deployments as GET /health and GET /model/info show them (docs.litellm.ai/docs/proxy/health,
// model_management): what the traffic says about each, and no secret. No token is spent to find out.
#pragma once

#include <string>

#include "gateway/generation.h"

namespace sluice::gateway {

/// {"healthy_endpoints": […], "unhealthy_endpoints": […], "healthy_count", "unhealthy_count"}.
std::string health(const Generation& generation);

/// {"data": [{"model_name", "litellm_params", "model_info"}]}.
std::string modelInfo(const Generation& generation);

}  // namespace sluice::gateway
