#include "config/read_plugins.h"

#include <algorithm>

namespace sluice::config {
namespace {

FailMode failMode(Section& section, std::string_view key) {
    const auto word = section.choice(key, {"closed", "open"});
    if (!word) return FailMode::Default;
    return *word == "open" ? FailMode::Open : FailMode::Closed;
}

Scope readScope(const Tree& tree, Section& parent, Faults& faults) {
    Section section(tree, parent.mapping("scope"), childPath(parent.path(), "scope"), faults);
    Scope scope{section.texts("tenants"), section.texts("routes"), section.texts("models")};
    section.warnUnknown();
    return scope;
}

PluginInstance readPlugin(const Tree& tree, const Json& value, size_t index, Faults& faults) {
    Section section(tree, &value, childPath("plugins", index), faults);
    PluginInstance instance;
    instance.path = section.path();
    instance.plugin = section.text("plugin", "the name of a plugin").value_or("");
    if (section.present() && instance.plugin.empty())
        section.fault("plugin", "nothing", "the name of a plugin", "see `sluice plugin list`");
    instance.id = section.text("id").value_or(instance.plugin);
    if (const Json* config = section.mapping("config")) instance.config = *config;
    readPolicies(tree, section, instance, faults);
    section.warnUnknown();
    return instance;
}

}  // namespace

void readPolicies(const Tree& tree, Section& section, PluginInstance& instance, Faults& faults) {
    instance.scope = readScope(tree, section, faults);
    if (const Json* order = section.any("order")) {
        if (order->is_number_integer()) {
            instance.order = order->get<int64_t>();
        } else {
            section.fault("order", describe(*order), "a whole number; lower runs first");
        }
    }
    if (section.any("grants")) instance.grants = section.texts("grants");
    instance.on_error = failMode(section, "on_error");
    instance.on_timeout = failMode(section, "on_timeout");
    if (const auto gate = section.choice("gate", {"before_first_byte", "before_end", "none"}))
        instance.gate = *gate == "none" ? Gate::None : *gate == "before_end" ? Gate::End : Gate::FirstByte;
    instance.breaker_failures =
        static_cast<uint32_t>(section.whole("breaker_failures", "failures in a row", 0, 1'000'000)
                                  .value_or(instance.breaker_failures));
    instance.breaker_pause_ms = static_cast<uint32_t>(
        section.whole("breaker_pause_ms", "milliseconds", 1, 3'600'000).value_or(instance.breaker_pause_ms));
    instance.timeout_ms =
        static_cast<uint32_t>(section.whole("timeout_ms", "milliseconds", 1, 3'600'000).value_or(0));
}

void readPlugins(const Tree& tree, Settings& settings, Section& root, Faults& faults) {
    const Json* list = root.list("plugins");
    for (size_t i = 0; list && i < list->size(); ++i) {
        auto instance = readPlugin(tree, (*list)[i], i, faults);
        for (const auto& other : settings.plugins) {
            if (other.id != instance.id || instance.id.empty()) continue;
            faults.error(tree.place(instance.path), childPath(instance.path, "id"),
                         "the id \"" + instance.id + "\" is taken by " + other.path,
                         "an id for each instance");
        }
        settings.plugins.push_back(std::move(instance));
    }
    readPolicyScripts(tree, settings, root, faults);
}

}  // namespace sluice::config
