// One configured instance of a plugin: the library's functions, the plugin's own object, and the instance's
// policies.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/breaker.h"
#include "base/secret.h"
#include "config/settings.h"
#include "plugin_host/library.h"
#include "plugin_host/services.h"
#include "sluice/sluice.h"

namespace sluice::host {

class Instance;
struct HandleUse;

/// The host as one instance sees it; `api` comes first, so that the pointer a plugin holds is also a pointer
/// to this.
struct HostHandle {
    sluice_host api;
    Instance* instance;
    Services* services;
    bool creating = false;  // inside create(): metrics may be defined
};

class Instance {
public:
    /// Creates the plugin's object with its validated configuration. Errors carry the plugin's own words.
    /// [control]
    static base::Result<std::unique_ptr<Instance>> create(const Library& library,
                                                          const config::PluginInstance& settings,
                                                          Services& services, size_t index);
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    const std::string& id() const { return settings_.id; }
    const config::PluginInstance& settings() const { return settings_; }
    const Manifest& manifest() const { return library_.manifest; }
    size_t index() const { return index_; }  // among the instances of its generation
    sluice_instance* self() const { return self_; }
    HostHandle& handle() { return *handle_; }

    const sluice_hooks* hooks() const { return hooks_; }  // null if the plugin has none
    const sluice_router* router() const { return router_; }
    const sluice_provider* provider() const { return provider_; }
    const sluice_endpoint* endpoint() const { return endpoint_; }

    /// Takes over what `before`, which still serves, hands on; what went wrong otherwise. [control]
    base::Status inherit(Instance& before);

    /// A secret is shown only to the instances whose configuration, or whose deployments, name it.
    void grantSecrets(const config::Json& config);
    bool maySeeSecret(std::string_view handle) const { return secrets_.count(std::string(handle)) > 0; }
    /// Has it this capability: asked for in the manifest, and granted in the configuration (`grants`; without
    /// that key all is granted but "admin" and "secrets:NAME")?
    bool has(std::string_view capability) const;
    /// May it have this table of the host? Those that reach beyond the request need a capability.
    bool maySee(const void* table) const;
    /// The variable of the process's environment that "secrets:NAME" stands for; null without that
    /// capability.
    const base::Secret* namedSecret(std::string_view name) const;
    /// Timers end with the instance.
    void ownTimer(int64_t id);

    /// An interface of the plugin's, for its peers; null if it has none of that id.
    const void* table(std::string_view interface_id) const;
    /// All of its generation have been created. Empty, or the plugin's own words. [control]
    std::string start();
    /// It has found that one, and is destroyed before it.
    void needs(Instance& other) { needs_.push_back(&other); }
    const std::vector<Instance*>& needed() const { return needs_; }

    // --- calls into the plugin that are no hooks; whatever it throws stops here and counts as a failure ---

    /// Has it a use for its hook of that phase, as it is configured? [control]
    bool wants(uint32_t phase);
    /// Index of a candidate, or a negative status.
    int32_t pick(sluice_ctx& ctx, const sluice_candidates& candidates);
    sluice_status prepare(sluice_deployment* deployment, sluice_ctx& ctx);
    sluice_status serve(sluice_deployment* deployment, sluice_ctx& ctx);
    void complete(const sluice_record& record);

    /// sluice.config_source/1: its entries of that section, JSON each; nothing if it cannot tell. [control]
    std::optional<std::vector<std::string>> entries(const std::string& section);

    /// sluice.models/1. [control]
    void learn(const std::string& group, const std::vector<const sluice_candidate*>& deployments);

    /// How it treats the handles of requests.
    HandleUse& handleUse() const { return handle_use_; }

    base::Breaker breaker;
    std::atomic<uint64_t> failures{0};  // hooks that failed, threw or gave an impossible verdict
    std::atomic<uint64_t> timeouts{0};  // hooks past their deadline
    std::atomic<uint64_t> stalls{0};    // times the watchdog found it holding a loop

private:
    Instance(const Library& library, const config::PluginInstance& settings, Services& services,
             size_t index);
    void readNamedSecrets();
    template <class T>
    const T* interface(const char* id) const;
    template <class Call>
    auto contained(const char* what, Call&& call) -> decltype(call());

    Library library_;
    config::PluginInstance settings_;
    size_t index_;
    HandleUse& handle_use_;
    std::unique_ptr<HostHandle> handle_;
    std::set<std::string> secrets_;
    std::map<std::string, base::Secret, std::less<>> named_secrets_;
    std::mutex timers_mutex_;
    std::vector<int64_t> timers_;  // guarded by timers_mutex_
    sluice_instance* self_ = nullptr;
    const sluice_hooks* hooks_ = nullptr;
    const sluice_router* router_ = nullptr;
    const sluice_provider* provider_ = nullptr;
    const sluice_endpoint* endpoint_ = nullptr;
    const sluice_state* state_ = nullptr;
    std::vector<Instance*> needs_;
};

/// Runs a call into a plugin that reports faults in a buffer; an exception counts as a fault. Returns the
/// plugin's words, empty if all is well.
template <class Call>
std::string pluginFault(Call&& call) {
    char text[1024];
    size_t size = 0;
    try {
        const sluice_status status = call(text, sizeof text, &size);
        if (status == SLUICE_OK) return {};
    } catch (const std::exception& e) {
        return std::string("it threw: ") + e.what();
    } catch (...) {
        return "it threw something that is no std::exception";
    }
    if (size == 0) return "it gave no reason";
    return std::string(text, std::min(size, sizeof text));
}

inline std::string_view view(sluice_str s) { return {s.ptr, s.len}; }
inline sluice_str str(std::string_view s) { return {s.data(), s.size()}; }

/// The table of host services, by id; null for unknown ones.
const void* hostInterface(const sluice_host* host, sluice_str id);

}  // namespace sluice::host
