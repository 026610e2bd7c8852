// What a record measures, under the names that LiteLLM has for Datadog
// (litellm/integrations/datadog/datadog_metrics.py), and a few more. [any]
#pragma once

#include <string_view>
#include <vector>

#include "exporters/node.h"

namespace measures {

enum class Kind { Count, Seconds };

struct Measure {
    std::string_view name;  // a literal
    Kind kind = Kind::Count;
    double value = 0;
};

///   llm_api.request_count          1                              errors         1, unless it went well
///   input_tokens, output_tokens    if there are any               cost           USD, if it is known
///   request.total_latency          from the first byte to the last, seconds
///   llm_api.latency                waiting for deployments        overhead.latency  the rest of it
///   llm_api.time_to_first_token    of streams
std::vector<Measure> measuresOf(const exporters::Node& record);

}  // namespace measures
