// What attempts cost, and how many tokens a text has.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/plugin.hpp>

#include "book.h"
#include "cost_answer.h"
#include "deployments.h"
#include "options.h"
#include "schedule.h"

namespace pricing {

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host);

    struct Cost {
        int64_t spent = 0, original = 0;  // original: without discounts and margins
    };
    /// What the attempts of one request have cost so far, in 1e-12 USD.
    struct PerRequest {
        Cost sum;
        uint32_t counted = 0;   // number of the last attempt in it
        uint32_t foreseen = 0;  // number of the attempt that `cost` was worked out for, when its answer began
        std::optional<Cost> cost;
    };

    void model_group(std::string_view name, const sluice::Deployments& deployments);
    static const void* interface(std::string_view id);  // sluice.prices/1
    /// In 1e-12 USD, at the dearest deployment; -1 if no price is known. [any]
    int64_t estimate(std::string_view model, uint64_t prompt, uint64_t completion) const;
    /// Tells `add` of each deployment of the model that the table has an entry for. False if there is no such
    /// model. [any]
    bool describe(std::string_view model,
                  const std::function<void(const std::string& id, const std::string& json)>& add) const;

    sluice::Verdict on_attempt_end(sluice::Attempt attempt);
    sluice::Verdict on_response(sluice::Response response);

    const std::vector<sluice::Route>& routes() const { return routes_; }
    sluice::Verdict handle(sluice::Request request, uint32_t route);

    std::string export_state();
    bool import_state(std::string_view bytes);

private:
    std::optional<Cost> costOfAttempt(const sluice::Attempt& attempt);
    std::optional<int64_t> listPrice(const sluice::Attempt& attempt);
    void noteUnknown(std::string_view provider, std::string_view model);
    sluice::Verdict changeTable(const sluice::Request& request, bool reload);
    sluice::Verdict countTokens(const sluice::Request& request);
    sluice::Verdict tellCost(const sluice::Request& request, uint32_t route);
    sluice::Verdict tellSource(const sluice::Request& request) const;
    sluice::Verdict changeSchedule(const sluice::Request& request, bool begin);
    template <class Work>
    void counted(const sluice::Request& request, Work&& work);

    const sluice::Host host_;
    const sluice_host_offload* const offload_;
    const Options options_;
    const std::vector<sluice::Route> routes_;
    const sluice::Metric unknown_total_, estimated_total_;
    Book book_;
    Schedule schedule_;
    Deployments deployments_;
    std::atomic<bool> warm_{false};  // the tokenizers are made
    std::mutex unknown_lock_;
    std::set<std::string> unknown_;  // models that were logged
};

}  // namespace pricing
