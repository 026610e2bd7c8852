#include "measures.h"

namespace measures {

using exporters::Node;

std::vector<Measure> measuresOf(const Node& record) {
    std::vector<Measure> all{{"llm_api.request_count", Kind::Count, 1}};
    const auto count = [&](const char* name, double value) {
        if (value > 0) all.push_back({name, Kind::Count, value});
    };
    const auto seconds = [&](const char* name, double value) {
        if (value >= 0) all.push_back({name, Kind::Seconds, value});
    };
    if (record["outcome"].text() != "success") count("errors", 1);
    count("input_tokens", static_cast<double>(record["prompt_tokens"].integer()));
    count("output_tokens", static_cast<double>(record["completion_tokens"].integer()));
    count("cost", record["response_cost"].real());
    const double start = record["startTime"].real();
    seconds("request.total_latency", record["endTime"].real() - start);
    const Node hidden = record["hidden_params"];
    if (hidden["attempts"].integer() > 0)
        seconds("llm_api.latency", hidden["upstream_time_ms"].real() / 1000);
    if (hidden["litellm_overhead_time_ms"].there())
        seconds("overhead.latency", hidden["litellm_overhead_time_ms"].real() / 1000);
    const Node first = record["completionStartTime"];
    if (record["stream"].boolean() && first.number())
        seconds("llm_api.time_to_first_token", first.real() - start);
    return all;
}

}  // namespace measures
