// Entries of the configuration that instances bring (sluice.config_source/1), models and guardrails of a
// store: each by itself, so that one that is at fault takes nothing else with it.
#include <algorithm>

#include "base/log.h"
#include "config/read_entry.h"
#include "gateway/generation.h"
#include "gateway/plan.h"

namespace sluice::gateway {
namespace {

// How its owner calls an entry.
std::string labelOf(const std::string& json) {
    const auto entry = config::Json::parse(json, nullptr, false);
    for (const char* pointer : {"/guardrail_name", "/model_info/id", "/model_name"}) {
        const config::Json::json_pointer at(pointer);
        if (entry.is_object() && entry.contains(at) && entry[at].is_string())
            return entry[at].get<std::string>();
    }
    return "an entry without a name";
}

// A model that asks for what there is not would refuse every request to its group.
void checkGuardrails(const config::Settings& settings, config::Faults& faults) {
    const auto& model = settings.model_list.back();
    for (const auto& name : model.params.value("guardrails", config::Json::array())) {
        const bool known = std::any_of(settings.guardrails.begin(), settings.guardrails.end(),
                                       [&](const auto& one) { return name == one.id; });
        const std::string path = model.path + ".litellm_params.guardrails";
        if (!known)
            faults.error(settings.tree.place(path), path, config::describe(name), "names of guardrails");
    }
}

}  // namespace

void Generation::leaveOut(const std::string& label, const config::Faults& why, config::Faults& faults) {
    for (const auto& fault : why.all()) faults.warning(fault.place, "left out: " + label, fault.text());
}

void Generation::extend(Plan& plan, const host::Catalog& catalog, const config::Environment& environment,
                        host::Libraries& libraries, config::Faults& faults) {
    own_deployments_ = plan.deployments.size();
    const auto one = [&](const std::string& section, const std::string& json, const std::string& source) {
        config::Faults wrong;
        if (!config::readEntry(settings_, section, json, source, environment, wrong))
            return leaveOut(labelOf(json), wrong, faults);
        const size_t instances = instances_.size();
        const bool guardrail = section == "guardrails";
        bool fits =
            guardrail ? extendPlan(plan, settings_.guardrails.back(), settings_, catalog, environment, wrong)
                      : extendPlan(plan, settings_.model_list.back(), settings_, catalog, environment, wrong);
        if (!guardrail) checkGuardrails(settings_, wrong);
        fits = fits && !wrong.hasErrors();
        if (fits) loadInstances(plan, catalog, libraries, wrong);
        if (!wrong.hasErrors()) startInstances(plan, instances, wrong);
        if (!wrong.hasErrors()) return;
        leaveOut(labelOf(json), wrong, faults);
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
        for (const char* section : {"guardrails", "model_list"}) {
            const auto entries = source->entries(section);
            if (!entries)
                base::log::error("plugin {}: it cannot tell its entries of {}: they are missing",
                                 source->id(), section);
            for (const auto& json : entries.value_or(std::vector<std::string>()))
                one(section, json, source->id());
        }
    }
}

}  // namespace sluice::gateway
