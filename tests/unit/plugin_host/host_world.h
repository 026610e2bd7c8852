// A host without a gateway: services, instances of fake plugins, and one request that runs through their
// hooks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plugin_host/fake_plugin.h"
#include "plugin_host/host_tables.h"
#include "plugin_host/runner.h"

namespace sluice::test {

/// Answers every call with what the test said.
class ScriptedHttp final : public host::HttpCaller {
public:
    base::Status call(const host::HttpCall& call, base::TimePoint deadline,
                      host::HttpAnswer& answer) override;
    std::function<base::Status(const host::HttpCall&, base::TimePoint, host::HttpAnswer&)> answers;
};

struct HostServices {
    host::Metrics metrics;
    base::Offload offload{1, 64};
    host::IntervalTimers timers{offload};
    ScriptedHttp http;
    config::Secrets secrets;
    host::Services services{metrics, offload, timers, http, secrets};
};

class HostWorld : public HostServices {
public:
    /// Adds an instance; the id is "p0", "p1", … unless `settings` has one.
    host::Instance& add(FakePlugin& plugin, config::PluginInstance settings = {});
    base::Result<std::unique_ptr<host::Instance>> tryCreate(FakePlugin& plugin,
                                                            config::PluginInstance settings = {});

    /// Compiles the chains and starts the request. Call it after the last add().
    host::Runner& start(std::string_view tenant = {});
    host::Runner& runner() { return *runner_; }
    /// Ends the plugins' states, as the end of a request does.
    void end() { runner_.reset(); }

    const host::VerdictRecord& lastVerdict() const { return request.verdicts.back(); }

    http::RequestHead head;
    host::RequestState request;

private:
    std::vector<std::unique_ptr<host::Instance>> instances_;
    std::unique_ptr<host::Chains> chains_;
    std::unique_ptr<host::Runner> runner_;  // before the instances goes what uses them
};

inline config::PluginInstance instanceNamed(std::string id) {
    config::PluginInstance settings;
    settings.id = std::move(id);
    return settings;
}

}  // namespace sluice::test
