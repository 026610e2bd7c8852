// A loaded plugin as the fake host keeps it, and the phases it runs in.
#pragma once

#include <sluice/request.hpp>
#include <sluice/testing/host_state.hpp>

namespace sluice::testing {

enum class Phase {  // numbers as in sluice/hooks.h
    None = 0,
    OnRequest = 10,
    Authenticate = 20,
    Authorize = 25,
    PreCall = 30,
    CacheLookup = 38,
    Route = 40,
    DuringCall = 45,
    OnUpstreamRequest = 50,
    OnUpstreamResponse = 55,
    OnAttemptEnd = 58,
    OnStream = 60,
    Endpoint = 65,
    PostCall = 70,
    OnResponse = 75,
};

/// The host as one plugin sees it; `api` comes last, so that an older one can be cut behind it.
struct HostHandle {
    HostState* host;
    PluginData* plugin;
    sluice_host api;
};

inline const HostHandle& handleOf(const sluice_host* host) {
    return *reinterpret_cast<const HostHandle*>(reinterpret_cast<const char*>(host) -
                                                offsetof(HostHandle, api));
}

/// Dies with the last request that uses it, like an instance in the gateway.
struct PluginData {
    PluginData(HostState& host, const sluice_entry& e, decltype(sluice_host::get_interface) find,
               std::string_view config_json)
        : entry(&e),
          handle{&host, this, {sizeof(sluice_host), SLUICE_ABI_MINOR, find}},
          config(config_json),
          capabilities(host.capabilities) {
        if (host.abi == Abi::Today) return;
        handle.api.size = kSizeInV1_0<sluice_host>;
        handle.api.abi_minor = 0;
        cut = std::make_unique<AtTheEdge>(&handle, offsetof(HostHandle, api) + handle.api.size);
    }
    PluginData(const PluginData&) = delete;
    PluginData& operator=(const PluginData&) = delete;
    ~PluginData() {
        auto& timers = handle.host->timers;
        timers.erase(
            std::remove_if(timers.begin(), timers.end(), [this](const Timer& t) { return t.plugin == this; }),
            timers.end());
        enter();
        if (self) entry->destroy(self);
    }

    /// Before every call into the plugin: the SDK keeps the host's tables in a global of the program, which
    /// may hold what another plugin was granted.
    void enter() { sluice::detail::tables.fill(Host(api())); }

    /// What the plugin gets.
    const sluice_host* api() const {
        return cut ? reinterpret_cast<const sluice_host*>(cut->data() + offsetof(HostHandle, api))
                   : &handle.api;
    }

    template <class Table>
    const Table* table(std::string_view id) const {
        return static_cast<const Table*>(entry->get_interface(str(id)));
    }

    const sluice_entry* entry;
    HostHandle handle;
    std::unique_ptr<AtTheEdge> cut;  // the handle of an older host
    std::string config;
    std::set<std::string, std::less<>> capabilities;
    size_t index = 0;  // in the order of loading
    bool creating = false;
    bool fails_open = false;  // on_error and on_timeout of the instance
    sluice_instance* self = nullptr;
    const sluice_hooks* hooks = nullptr;
    size_t states_begun = 0, states_ended = 0;
};

inline void HostState::advance(int64_t ms) {
    const int64_t target = now_ms_ + ms;
    for (;;) {
        const auto next = std::min_element(
            timers.begin(), timers.end(), [](const Timer& a, const Timer& b) { return a.due_ms < b.due_ms; });
        if (next == timers.end() || next->due_ms > target) break;
        now_ms_ = std::max(now_ms_, next->due_ms);
        next->due_ms += next->interval_ms;
        const Timer due = *next;  // fn may set up or cancel others
        const_cast<PluginData*>(due.plugin)->enter();
        due.fn(due.arg);
    }
    now_ms_ = target;
}

}  // namespace sluice::testing
