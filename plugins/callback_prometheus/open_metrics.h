// The page in the format OpenMetrics 1.0 (prometheus.io/docs/specs/om/open_metrics_spec), which has room for
// exemplars.
#pragma once

#include <string>
#include <string_view>

#include "exemplars.h"

namespace callback_prometheus {

constexpr std::string_view kOpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Does a field `accept` ask for it?
bool wantsOpenMetrics(std::string_view accept);

/// `page`: in the text format 0.0.4, as the gateway writes it.
std::string openMetrics(std::string_view page, const Exemplars& exemplars);

}  // namespace callback_prometheus
