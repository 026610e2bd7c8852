#include "config/read_entry.h"

#include <algorithm>

#include "config/read_models.h"
#include "config/read_plugins.h"

namespace sluice::config {
namespace {

void addModel(Settings& settings, const Json& value, size_t index, Faults& faults) {
    auto model = readModel(settings.tree, value, index, faults);
    const auto same = std::find_if(settings.model_list.begin(), settings.model_list.end(),
                                   [&](const Deployment& d) { return d.id == model.id; });
    if (same != settings.model_list.end())
        faults.error(settings.tree.place(model.path), childPath(model.path, "model_info.id"),
                     "the id \"" + model.id + "\" is taken by " + same->path, "an id for each deployment");
    if (!faults.hasErrors()) settings.model_list.push_back(std::move(model));
}

void addGuardrail(Settings& settings, const Json& value, size_t index, Faults& faults) {
    auto guardrail = readGuardrail(settings.tree, value, childPath("guardrails", index), faults);
    for (const auto* others : {&settings.plugins, &settings.guardrails}) {
        for (const auto& other : *others) {
            if (other.id == guardrail.id)
                faults.error(settings.tree.place(guardrail.path), childPath(guardrail.path, "guardrail_name"),
                             "the name \"" + other.id + "\" is taken by " + other.path);
        }
    }
    if (!faults.hasErrors()) settings.guardrails.push_back(std::move(guardrail));
}

}  // namespace

bool readEntry(Settings& settings, const std::string& section, const std::string& json,
               const std::string& source, const Environment& environment, Faults& faults) {
    // One object and nothing behind it: it is put between brackets below.
    if (!Json::parse(json, nullptr, false).is_object()) {
        faults.error({source, 0}, section, "an entry that is no JSON object", "one element of the list");
        return false;
    }
    Json& list = settings.tree.root[section];
    if (!list.is_array()) list = Json::array();
    const size_t index = list.size();
    appendText(settings.tree, "{\"" + section + "\": [" + json + "]}", source, environment, faults);
    Json& grown = settings.tree.root[section];
    if (!faults.hasErrors() && grown.size() == index + 1)
        (section == "guardrails" ? addGuardrail : addModel)(settings, grown[index], index, faults);
    if (!faults.hasErrors()) return true;
    while (grown.size() > index) grown.erase(grown.size() - 1);
    return false;
}

}  // namespace sluice::config
