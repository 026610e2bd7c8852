// POST /spend/calculate and POST /cost/estimate: what a request would cost, or has cost, by the prices that
// real ones get. Sources: litellm/proxy/spend_tracking/spend_management_endpoints.py,
// litellm/proxy/management_endpoints/cost_tracking_settings.py.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "adjust.h"
#include "deployments.h"
#include "table.h"

namespace pricing {

struct CostAnswer {
    uint32_t status = 200;
    std::string json;   // of the answer
    std::string fault;  // what is wrong with the request; empty if nothing
};

/// What costs depend on; borrowed for one answer.
struct CostSources {
    const Table& table;
    const Deployments& deployments;
    const Adjustments& adjustments;
    const std::map<std::string, std::string>& tokenizers;  // as Options has them
};

/// {"model", "messages"}: the tokens of the messages and no answer; {"completion_response": {"model",
/// "usage"}}: that usage, with "model" for the name if it is there. Of a model group's deployments the
/// dearest counts. 404 for a model without a price. Takes time in proportion to `body`. [any thread]
CostAnswer calculatedSpend(std::string_view body, const CostSources& sources);

/// {"model", "input_tokens", "output_tokens", …} -> what one request, a day's and a month's cost. [any
/// thread]
CostAnswer estimatedCost(std::string_view body, const CostSources& sources);

}  // namespace pricing
