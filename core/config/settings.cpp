#include "config/settings.h"

#include <algorithm>

#include "config/known_keys.h"
#include "config/read_listen.h"
#include "config/read_models.h"
#include "config/read_trust.h"
#include "config/section.h"

namespace sluice::config {
namespace {

const Json* child(const Json& root, const char* key) {
    const auto found = root.find(key);
    return found == root.end() ? nullptr : &*found;
}

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
    section.warnUnknown();
    return instance;
}

void readPlugins(const Tree& tree, Settings& settings, Section& root, Faults& faults) {
    const Json* list = root.list("plugins");
    if (!list) return;
    for (size_t i = 0; i < list->size(); ++i) {
        auto instance = readPlugin(tree, (*list)[i], i, faults);
        for (const auto& other : settings.plugins) {
            if (other.id != instance.id || instance.id.empty()) continue;
            faults.error(tree.place(instance.path), childPath(instance.path, "id"),
                         "the id \"" + instance.id + "\" is taken by " + other.path,
                         "an id for each instance");
        }
        settings.plugins.push_back(std::move(instance));
    }
}

void readLitellmSettings(Section& section, Settings& settings) {
    auto& limits = settings.listen.limits;
    limits.request_timeout_ms = section.secondsAsMs("request_timeout").value_or(limits.request_timeout_ms);
    settings.json_logs = section.boolean("json_logs").value_or(false);
    settings.verbose = section.boolean("set_verbose").value_or(false);
    if (const Json* verify = section.any("ssl_verify")) {
        if (verify->is_string()) {
            settings.ca_file = verify->get<std::string>();
        } else if (*verify != true) {
            section.fault("ssl_verify", describe(*verify),
                          "true, or the path of a PEM file with the authorities to trust",
                          "Sluice always verifies upstreams; give your own authority's certificate instead");
        }
    }
}

void readGeneralSettings(const Tree& tree, Settings& settings, Faults& faults) {
    Section section(tree, child(tree.root, "general_settings"), "general_settings", faults);
    (void)section.secretHandle("master_key");
    if (const auto megabytes = section.number("max_request_size_mb", "a number of megabytes", 0.001)) {
        settings.listen.limits.body_bytes_max =
            static_cast<uint64_t>(std::min(*megabytes, 1048576.0) * 1024 * 1024);
    }
    settings.max_parallel = static_cast<uint32_t>(
        section.whole("global_max_parallel_requests", "a number of requests", 1, 10'000'000).value_or(0));
    const auto interval = section.secondsAsMs("health_check_interval").value_or(300'000);
    if (section.boolean("background_health_checks").value_or(false)) settings.probe_interval_ms = interval;
    settings.warm_connections = static_cast<uint32_t>(
        section.whole("warm_up_connections", "a number of connections", 0, 100).value_or(0));
    settings.forward_client_headers = section.boolean("forward_client_headers_to_llm_api").value_or(false);
    section.knownButUnused(generalSettingsKeys());
    section.warnUnknown();
}

void readAliases(const Tree& tree, Settings& settings, Section& router, Faults& faults) {
    const Json* aliases = router.mapping("model_group_alias");
    if (!aliases) return;
    const std::string path = childPath(router.path(), "model_group_alias");
    for (const auto& [name, value] : aliases->items()) {
        if (value.is_string()) {
            settings.aliases[name] = {value.get<std::string>(), false};
            continue;
        }
        Section entry(tree, &value, childPath(path, name), faults);
        const auto model = entry.text("model", "the name of a model group");
        if (entry.present() && !model) entry.fault("model", "nothing", "the name of a model group");
        settings.aliases[name] = {model.value_or(""), entry.boolean("hidden").value_or(false)};
        entry.warnUnknown();
    }
}

void readRouterSettings(const Tree& tree, Section& section, Settings& settings, Faults& faults) {
    auto& limits = settings.listen.limits;
    limits.upstream_timeout_ms = section.secondsAsMs("timeout").value_or(limits.upstream_timeout_ms);
    limits.stream_timeout_ms = section.secondsAsMs("stream_timeout").value_or(limits.stream_timeout_ms);
    readAliases(tree, settings, section, faults);
}

// The two share keys: num_retries and fallbacks may stand in either.
void readLitellmAndRouterSettings(const Tree& tree, Settings& settings, Faults& faults) {
    Section litellm(tree, child(tree.root, "litellm_settings"), "litellm_settings", faults);
    Section router(tree, child(tree.root, "router_settings"), "router_settings", faults);
    readLitellmSettings(litellm, settings);
    readRouterSettings(tree, router, settings, faults);
    readRouting(tree, router, litellm, settings.routing, faults);
    for (const auto key : routerPluginKeys()) (void)router.any(key);
    (void)litellm.any("tag_budget_config");
    litellm.knownButUnused(litellmSettingsKeys());
    litellm.warnUnknown();
    router.knownButUnused(routerSettingsKeys());
    router.warnUnknown();
}

}  // namespace

Settings readSettings(Tree tree, Faults& faults) {
    Settings settings;
    Section root(tree, &tree.root, "", faults);
    readListen(tree, settings.listen, root, faults);
    readTrust(tree, settings.trust, root, faults);
    readModels(tree, settings.model_list, root, faults);
    readPlugins(tree, settings, root, faults);
    settings.plugin_dirs = root.texts("plugin_dirs");
    for (const char* section :
         {"litellm_settings", "general_settings", "router_settings", "environment_variables"})
        (void)root.mapping(section);
    readLitellmAndRouterSettings(tree, settings, faults);
    readGeneralSettings(tree, settings, faults);
    root.knownButUnused(topLevelKeys());
    root.warnUnknown();
    settings.tree = std::move(tree);
    return settings;
}

Settings loadSettings(const std::string& file, const Environment& environment, Faults& faults) {
    return readSettings(readTree(file, environment, faults), faults);
}

}  // namespace sluice::config
