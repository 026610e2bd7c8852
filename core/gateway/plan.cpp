#include "gateway/plan.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/text.h"
#include "config/schema.h"
#include "llm/operation.h"

namespace sluice::gateway {

using config::Faults;
using config::Json;
using host::Catalog;
using host::CatalogEntry;

namespace {

// The value at "general_settings.master_key"; of "model_list[].litellm_params.tags" that of the first entry
// that has one.
const Json* at(const Json& value, std::string_view path) {
    const size_t dot = path.find('.');
    std::string_view key = path.substr(0, dot);
    const std::string_view rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    const bool each = key.size() > 2 && key.substr(key.size() - 2) == "[]";
    if (each) key.remove_suffix(2);
    if (!value.is_object()) return nullptr;
    const auto found = value.find(std::string(key));
    if (found == value.end() || found->is_null()) return nullptr;
    if (!each) return rest.empty() ? &*found : at(*found, rest);
    if (!found->is_array()) return nullptr;
    for (const auto& element : *found) {
        if (const Json* inner = at(element, rest)) return inner;
    }
    return nullptr;
}

class Planner {
public:
    Planner(Plan& plan, config::Settings& settings, const Catalog& catalog,
            const config::Environment& environment, Faults& faults)
        : settings_(settings), catalog_(catalog), environment_(environment), faults_(faults), plan_(plan) {}

    void make() {
        plan_.instances = settings_.plugins;
        addActivated();
        addCallbacks();
        addCache();
        addRouter();
        for (const auto& deployment : settings_.model_list) addProviders(deployment);
        for (auto guardrail : settings_.guardrails) addGuardrail(std::move(guardrail));
        for (auto& instance : plan_.instances) check(instance);
    }

    // What one more entry brings; nothing of it stays if there are errors.
    bool extend(const std::function<void()>& add) {
        const size_t instances = plan_.instances.size(), deployments = plan_.deployments.size();
        add();
        for (size_t i = instances; i < plan_.instances.size(); ++i) check(plan_.instances[i]);
        if (!faults_.hasErrors()) return true;
        plan_.instances.resize(instances);
        plan_.deployments.resize(deployments);
        std::erase_if(plan_.provider_instances, [&](const auto& one) { return one.second >= instances; });
        return false;
    }
    bool extend(const config::Deployment& deployment) {
        return extend([&] { addProviders(deployment); });
    }
    bool extend(const config::PluginInstance& guardrail) {
        return extend([&] { addGuardrail(guardrail); });
    }

private:
    void fault(const std::string& path, std::string found, std::string allowed = {}, std::string hint = {}) {
        faults_.error(settings_.tree.place(path), path, std::move(found), std::move(allowed),
                      std::move(hint));
    }

    size_t imply(const CatalogEntry& entry, const std::string& path, Json config = Json::object()) {
        for (size_t i = 0; i < plan_.instances.size(); ++i) {
            // The configuration lists it, or another of its keys has called for it.
            if (plan_.instances[i].plugin != entry.name) continue;
            for (const auto& [key, value] : config.items()) {
                if (!plan_.instances[i].config.contains(key)) plan_.instances[i].config[key] = value;
            }
            return i;
        }
        config::PluginInstance instance;
        instance.id = instance.plugin = entry.name;
        instance.config = std::move(config);
        instance.path = path;
        plan_.instances.push_back(std::move(instance));
        return plan_.instances.size() - 1;
    }

    // A key that a plugin's manifest claims brings an instance of that plugin.
    void addActivated() {
        bool master_key_claimed = false;
        for (const auto& [name, entry] : catalog_.all()) {
            for (const auto& [path, key] : entry.manifest.activated_by) {
                master_key_claimed |= path == "general_settings.master_key";
                const Json* value = at(settings_.tree.root, path);
                if (!value) continue;
                imply(entry, path, Json{{key, *value}});
                faults_.read(path);
            }
        }
        // Serving everybody because a file is missing would be the worst of answers.
        if (at(settings_.tree.root, "general_settings.master_key") && !master_key_claimed) {
            fault("general_settings.master_key", "a key is set, but no plugin that checks it is installed",
                  "", "install auth_master_key.so");
        }
    }

    void addCallbacks() {
        for (const char* list : {"callbacks", "success_callback", "failure_callback"}) {
            const std::string path = std::string("litellm_settings.") + list;
            const Json* names = at(settings_.tree.root, path);
            if (!names || !names->is_array()) continue;
            faults_.read(path);
            for (const auto& name : *names) {
                if (!name.is_string()) continue;
                const auto* entry = catalog_.byCallback(name.get<std::string>());
                if (!entry) {
                    faults_.warning(settings_.tree.place(path), path,
                                    "no plugin offers the callback " + name.dump(), "", "it is ignored");
                    continue;
                }
                const std::string settings = "callback_settings." + name.get<std::string>();
                const Json* config = at(settings_.tree.root, settings);
                if (config) faults_.read("callback_settings");
                imply(*entry, path, config && config->is_object() ? *config : Json::object());
            }
        }
    }

    // Where answers are kept. What `cache_params` says to the plugin that decides on it goes there by
    // `activated_by`.
    void addCache() {
        const std::string path = "litellm_settings.cache_params";
        const Json* on = at(settings_.tree.root, "litellm_settings.cache");
        if (!on || !on->is_boolean() || !on->get<bool>()) return;
        const Json* given = at(settings_.tree.root, path);
        const Json params = given && given->is_object() ? *given : Json::object();
        faults_.read("litellm_settings.cache");
        faults_.read(path);
        const Json wanted = params.value("type", Json("local"));
        const std::string type = wanted.is_string() ? wanted.get<std::string>() : wanted.dump();
        const auto* entry = catalog_.byCache(type);
        if (!entry) {
            std::vector<std::string> types;
            for (const auto& [name, one] : catalog_.all())
                types.insert(types.end(), one.manifest.caches.begin(), one.manifest.caches.end());
            return fault(path + ".type", fmt::format("no plugin offers a cache of the type \"{}\"", type),
                         fmt::format("{}", fmt::join(types, ", ")));
        }
        Json config = Json::object();
        for (const auto& [key, value] : params.items()) {
            if (hasSetting(*entry, key))
                config[key] = value;
            else if (key != "type" && !isReadFrom(path, key))
                faults_.warning(settings_.tree.place(path), path + "." + key, "unknown key, ignored");
        }
        imply(*entry, path, std::move(config));
    }

    static bool hasSetting(const CatalogEntry& entry, const std::string& key) {
        const auto& schema = entry.manifest.config_schema;
        return schema.contains("properties") && schema["properties"].contains(key);
    }

    // By a plugin that this section activates, whose schema says what the section may hold.
    bool isReadFrom(const std::string& path, const std::string& key) const {
        return std::any_of(catalog_.all().begin(), catalog_.all().end(), [&](const auto& one) {
            const auto& manifest = one.second.manifest;
            const auto activated = manifest.activated_by.find(path);
            if (activated == manifest.activated_by.end() || !hasSetting(one.second, activated->second))
                return false;
            const auto& section = manifest.config_schema["properties"][activated->second];
            return section.contains("properties") && section["properties"].contains(key);
        });
    }

    void addRouter() {
        if (settings_.model_list.empty()) return;
        const auto& routing = settings_.routing;
        const char* named = "router_settings.routing_strategy";
        const auto* entry = catalog_.byStrategy(routing.strategy);
        if (entry) plan_.router = imply(*entry, named, routing.strategy_args);
        if (!entry && routing.strategy_named)
            fault(named, fmt::format("no plugin offers the strategy \"{}\"", routing.strategy), strategies());
        addRouters("group_strategies", routing.group_strategies, plan_.group_routers);
        addRouters("caller_strategies", routing.caller_strategies, plan_.caller_routers);
    }

    void addRouters(const char* key, const std::map<std::string, std::string>& wanted,
                    std::map<std::string, size_t>& routers) {
        for (const auto& [who, strategy] : wanted) {
            const auto* entry = catalog_.byStrategy(strategy);
            const std::string path = fmt::format("router_settings.{}.{}", key, who);
            if (entry)
                routers[who] = imply(*entry, path);
            else
                fault(path, fmt::format("no plugin offers the strategy \"{}\"", strategy), strategies());
        }
    }

    std::string strategies() const {
        std::vector<std::string> names;
        for (const auto& [name, entry] : catalog_.all())
            names.insert(names.end(), entry.manifest.strategies.begin(), entry.manifest.strategies.end());
        return fmt::format("{}", fmt::join(names, ", "));
    }

    // Its kind finds the plugin. Behind all others: they see what a request says of itself first.
    void addGuardrail(config::PluginInstance instance) {
        const std::string& kind = instance.guard->kind;
        if (kind.empty()) return;  // that has been said
        const auto* entry = catalog_.byGuardrail(kind);
        const std::string path = instance.path + ".litellm_params";
        if (!entry) {
            const auto near = base::nearest(kind, guardrailKinds());
            fault(path + ".guardrail", fmt::format("no plugin offers the guardrail \"{}\"", kind),
                  fmt::format("{}", fmt::join(guardrailKinds(), ", ")),
                  near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
            return;
        }
        const auto& hooks = entry->manifest.hooks;
        const auto lacks = [&](uint32_t mode, const char* hook) {
            return (instance.guard->anyModes() & mode) && hooks &&
                   std::find(hooks->begin(), hooks->end(), hook) == hooks->end();
        };
        for (const auto& [mode, hook] : {std::pair<uint32_t, const char*>{config::kPreCall, "pre_call"},
                                         {config::kDuringCall, "during_call"},
                                         {config::kPostCall, "post_call"}}) {
            if (lacks(mode, hook))
                fault(path + ".mode",
                      fmt::format("the guardrail {} does not work in the mode {}", kind, hook));
        }
        instance.plugin = entry->name;
        const auto& schema = entry->manifest.config_schema;
        if (!schema.contains("properties") || !schema["properties"].contains("guardrail"))
            instance.config.erase("guardrail");
        plan_.instances.push_back(std::move(instance));
    }

    std::vector<std::string_view> guardrailKinds() const {
        std::vector<std::string_view> kinds;
        for (const auto& [name, entry] : catalog_.all())
            kinds.insert(kinds.end(), entry.manifest.guardrails.begin(), entry.manifest.guardrails.end());
        return kinds;
    }

    void addProviders(const config::Deployment& deployment) {
        if (!deployment.provider.empty()) return addDeployment(deployment);
        // "*" stands for every provider that is installed: provider/anything.
        for (const auto& [name, entry] : catalog_.all()) {
            for (const auto& [provider, defaults] : entry.manifest.providers) {
                auto one = deployment;
                one.provider = provider;
                one.model_name = deployment.model_name == "*" ? provider + "/*" : deployment.model_name;
                one.id += "-" + provider;
                if (provider != "echo") addDeployment(one);
            }
        }
    }

    void addDeployment(config::Deployment deployment) {
        const auto* entry = catalog_.byProvider(deployment.provider);
        if (!entry) {
            fault(deployment.path + ".litellm_params.model",
                  fmt::format("no plugin serves the provider \"{}\"", deployment.provider), providers(),
                  nearestProvider(deployment.provider));
            return;
        }
        fillFromEnvironment(deployment, entry->manifest.providers.at(deployment.provider));
        plan_.provider_instances[deployment.provider] = imply(*entry, deployment.path);
        plan_.deployments.push_back(std::move(deployment));
    }

    void fillFromEnvironment(config::Deployment& deployment, const Json& provider) {
        const auto fill = [&](const char* key, const char* variable, bool secret) {
            if (deployment.params.contains(key) && !deployment.params[key].is_null()) return;
            if (!provider.contains(variable)) return;
            const auto name = provider[variable].get<std::string>();
            const auto set = settings_.tree.environment.find(name);
            const auto value = set != settings_.tree.environment.end()
                                   ? std::optional<std::string>(set->second)
                                   : environment_(name);
            if (!value || value->empty()) return;
            deployment.params[key] =
                secret ? Json(settings_.tree.secrets.keep(deployment.path + "." + key, *value))
                       : Json(*value);
        };
        fill("api_key", "api_key_env", true);
        if (!deployment.params.contains("base_url")) fill("api_base", "api_base_env", false);
    }

    std::vector<std::string_view> providerNames() const {
        std::vector<std::string_view> names;
        for (const auto& [name, entry] : catalog_.all()) {
            for (const auto& [provider, defaults] : entry.manifest.providers) names.push_back(provider);
        }
        return names;
    }
    std::string providers() const { return fmt::format("{}", fmt::join(providerNames(), ", ")); }
    std::string nearestProvider(const std::string& provider) const {
        const auto near = base::nearest(provider, providerNames());
        return near.empty() ? "" : fmt::format("did you mean \"{}\"?", near);
    }

    void check(config::PluginInstance& instance) {
        const auto* entry = catalog_.find(instance.plugin);
        if (!entry) {
            const auto near = base::nearest(instance.plugin, catalog_.names());
            fault(instance.path + ".plugin", fmt::format("there is no plugin \"{}\"", instance.plugin),
                  fmt::format("{}", fmt::join(catalog_.names(), ", ")),
                  near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
            return;
        }
        if (!entry->fault.empty()) fault(instance.path + ".plugin", entry->fault);
        const bool listed = instance.path.compare(0, 8, "plugins[") == 0;
        const char* below = instance.guard ? ".litellm_params" : listed ? ".config" : "";
        config::applySchema(entry->manifest.config_schema, instance.config, instance.path + below,
                            settings_.tree, faults_);
        for (const auto& route : instance.scope.routes) {
            if (!llm::operationNamed(route))
                fault(instance.path + ".scope.routes", fmt::format("there is no route \"{}\"", route),
                      "chat, completions, embeddings, responses, messages, …");
        }
    }

    config::Settings& settings_;
    const Catalog& catalog_;
    const config::Environment& environment_;
    Faults& faults_;
    Plan& plan_;
};

}  // namespace

Plan makePlan(config::Settings& settings, const Catalog& catalog, const config::Environment& environment,
              Faults& faults) {
    Plan plan;
    Planner(plan, settings, catalog, environment, faults).make();
    return plan;
}

bool extendPlan(Plan& plan, const config::Deployment& deployment, config::Settings& settings,
                const Catalog& catalog, const config::Environment& environment, Faults& faults) {
    return Planner(plan, settings, catalog, environment, faults).extend(deployment);
}

bool extendPlan(Plan& plan, const config::PluginInstance& guardrail, config::Settings& settings,
                const Catalog& catalog, const config::Environment& environment, Faults& faults) {
    return Planner(plan, settings, catalog, environment, faults).extend(guardrail);
}

}  // namespace sluice::gateway
