// LiteLLM's metrics of requests (docs.litellm.ai/docs/proxy/prometheus;
// litellm/types/integrations/prometheus.py): names, labels, and what a record adds to each. A label without a
// value is "None", as there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exemplars.h"

namespace callback_prometheus {

struct Options {
    bool end_user = false;             // the label end_user: as many series as there are customers
    std::vector<std::string> metrics;  // names to have; empty: all
};

class Meters {
public:
    /// Defines them. Only in the constructor of the plugin's object.
    Meters(sluice::Host host, const Options& options);

    /// Adds a request. [any]
    void count(const sluice_record& record);
    Exemplars& exemplars() { return exemplars_; }

private:
    void define(const Options& options);
    void countGuardrails(const sluice_record& record) const;
    void observe(const sluice::Metric& metric, std::string_view name, Exemplars::Values values,
                 double seconds, const sluice_record& record);

    sluice::Host host_;
    bool end_user_;
    sluice::Metric requests_, failed_, requests_by_model_, spend_, tokens_, input_, output_, hits_, cached_,
        prompt_cached_;
    sluice::Metric latency_, api_latency_, first_token_, overhead_, per_token_, deployment_ok_, fallbacks_;
    sluice::Metric guard_latency_, guard_requests_, guard_errors_;
    Exemplars exemplars_;
};

}  // namespace callback_prometheus
