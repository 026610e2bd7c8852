#include "config/settings.h"

#include <algorithm>

#include "config/known_keys.h"
#include "config/read_listen.h"
#include "config/read_models.h"
#include "config/read_plugins.h"
#include "config/read_trust.h"
#include "config/section.h"

namespace sluice::config {
namespace {

const Json* child(const Json& root, const char* key) {
    const auto found = root.find(key);
    return found == root.end() ? nullptr : &*found;
}

void readLitellmSettings(Section& section, Settings& settings) {
    auto& limits = settings.listen.limits;
    limits.request_timeout_ms = section.secondsAsMs("request_timeout").value_or(limits.request_timeout_ms);
    settings.json_logs = section.boolean("json_logs").value_or(false);
    settings.verbose = section.boolean("set_verbose").value_or(false);
    settings.record_content = !section.boolean("turn_off_message_logging").value_or(false);
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
    settings.redact_logs = section.text("redact_logs", "the name of a guardrail").value_or("");
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
    for (const char* key : {"tag_budget_config", "cache", "cache_params"}) (void)litellm.any(key);
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
    readGuardrails(tree, settings, root, faults);
    std::vector<std::string> guardrails;
    for (const auto& one : settings.guardrails) guardrails.push_back(one.id);
    settings.policies = readPolicies(tree, root, guardrails, faults);
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
