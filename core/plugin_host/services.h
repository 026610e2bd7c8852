// What the host offers to plugins beyond the request itself, handed in from above: plugin_host knows neither
// sockets nor threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/offload.h"
#include "base/status.h"
#include "config/secrets.h"
#include "http/fields.h"
#include "plugin_host/interval_timers.h"
#include "plugin_host/metrics.h"
#include "sluice/host_deployments.h"

namespace sluice::host {

/// An HTTP call on behalf of a plugin. Views are borrowed for the call.
struct HttpCall {
    std::string_view method;
    std::string_view url;
    std::vector<http::Field> fields;
    std::string_view body;
};

struct HttpAnswer {
    int status = 0;
    std::string head;  // owns the text of `fields`
    http::Fields fields;
    std::string body;
};

class HttpCaller {
public:
    virtual ~HttpCaller() = default;
    /// Parks the fiber, or blocks a thread that is no loop. [loop] [offload]
    virtual base::Status call(const HttpCall& call, base::TimePoint deadline, HttpAnswer& answer) = 0;
};

/// What plugins with the capability "admin" may ask of the gateway as a whole.
class Admin {
public:
    virtual ~Admin() = default;
    struct Reload {
        bool done = false;
        std::string json;  // {"generation":N,"faults":["…"]}
    };
    /// [offload] [control]
    virtual Reload reload() = 0;
    /// Does not wait for it; false if there can be none. [any thread]
    virtual bool reloadSoon() { return false; }
    /// JSON. [any thread]
    virtual std::string status() const = 0;
};

class Instance;
class GuardRules;

/// The other instances of a generation.
class Peers {
public:
    virtual ~Peers() = default;
    /// Who has that interface: those of that name, or, if it is empty, all. [control]
    virtual std::vector<Instance*> having(std::string_view interface_id, std::string_view instance) const = 0;
    /// How many there are. [any]
    virtual size_t count() const = 0;
    /// Once it serves. [any]
    virtual const GuardRules* guards() const = 0;
};

/// Deployments, for plugins with the capability "routing"; by their ids, false for one that is not known.
/// [any]
class Deployments {
public:
    virtual ~Deployments() = default;
    virtual bool state(std::string_view id, sluice_deployment_state& out) const = 0;
    virtual bool usedElsewhere(std::string_view id, uint64_t minute, uint64_t requests, uint64_t tokens) = 0;
    virtual bool takeOut(std::string_view id, base::milliseconds time) = 0;
};

struct Services {
    Metrics& metrics;
    base::Offload& offload;
    IntervalTimers& timers;
    HttpCaller& http;
    const config::Secrets& secrets;
    Admin* admin = nullptr;  // none in tests and checks
    Peers* peers = nullptr;  // likewise
    Deployments* deployments = nullptr;
};

}  // namespace sluice::host
