// Entries of the configuration that instances bring (sluice.config_source/1), models and guardrails of a
// store: each by itself, so that one that is at fault takes nothing else with it.
#include "base/log.h"
#include "config/read_entry.h"
#include "gateway/generation.h"
#include "gateway/plan.h"

namespace sluice::gateway {
namespace {

std::vector<std::string> entriesOf(host::Instance& source, const sluice_config_source& table,
                                   const char* section) {
    std::vector<std::string> out;
    const auto add = [](void* to, sluice_str json) {
        static_cast<std::vector<std::string>*>(to)->emplace_back(host::view(json));
    };
    try {
        if (table.entries(source.self(), host::str(section), add, &out) == SLUICE_OK) return out;
        base::log::error("plugin {}: it does not tell its entries of {}: those it brought are missing",
                         source.id(), section);
    } catch (...) {
        ++source.failures;
        base::log::error("plugin {}: it threw while it told its entries of {}", source.id(), section);
    }
    return {};
}

}  // namespace

void Generation::extend(Plan& plan, const host::Catalog& catalog, const config::Environment& environment,
                        host::Libraries& libraries) {
    own_deployments_ = plan.deployments.size();
    const auto one = [&](const std::string& section, const std::string& json, const std::string& source) {
        config::Faults faults;
        if (!config::readEntry(settings_, section, json, source, environment, faults))
            return logLeftOut(faults);
        const size_t instances = instances_.size();
        const bool guardrail = section == "guardrails";
        bool fits =
            guardrail
                ? extendPlan(plan, settings_.guardrails.back(), settings_, catalog, environment, faults)
                : extendPlan(plan, settings_.model_list.back(), settings_, catalog, environment, faults);
        if (fits) loadInstances(plan, catalog, libraries, faults);
        if (!faults.hasErrors()) startInstances(plan, instances, faults);
        if (!faults.hasErrors()) return;
        logLeftOut(faults);
        for (size_t i = instances; i < instances_.size(); ++i) endpoints_.forget(*instances_[i]);
        instances_.resize(instances);
        plan.instances.resize(instances);
        std::erase_if(plan.provider_instances, [&](const auto& p) { return p.second >= instances; });
        if (guardrail) {
            settings_.guardrails.pop_back();
        } else {
            const auto& bad = settings_.model_list.back();
            std::erase_if(plan.deployments, [&](const auto& d) { return d.path == bad.path; });
            settings_.model_list.pop_back();
        }
    };
    for (host::Instance* source : having(SLUICE_CONFIG_SOURCE_ID, "")) {
        const auto* table = static_cast<const sluice_config_source*>(source->table(SLUICE_CONFIG_SOURCE_ID));
        if (!SLUICE_HAS(table, entries)) continue;
        for (const char* section : {"model_list", "guardrails"}) {
            for (const auto& json : entriesOf(*source, *table, section)) one(section, json, source->id());
        }
    }
}

}  // namespace sluice::gateway
