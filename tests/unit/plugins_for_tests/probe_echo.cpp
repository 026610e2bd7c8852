// The least a plugin can be, written with the SDK: refuses what its configuration names, and counts.
#include <sluice/plugin.hpp>

namespace {

struct Echo {
    Echo(std::string_view config, sluice::Host host)
        : config_(config),
          host_(host),
          seen_(host.counter("probe_echo_seen_total", "Requests seen.", {"route"})) {
        if (config_.find("refuse") != std::string::npos)
            throw sluice::ConfigError("the configuration says refuse");
        if (config_.find("explode") != std::string::npos) throw std::runtime_error("the constructor threw");
    }

    sluice::Verdict pre_call(sluice::Request request) {
        seen_.record(1, {request.route()});
        if (request.model() == "throw") throw std::runtime_error("the hook threw");
        if (request.model() == "blocked") return request.block({"not this model", "model_blocked"});
        if (!request.setMember("user", "\"echo\"")) return sluice::Verdict::Failed;
        return sluice::Verdict::Continue;
    }

    sluice::Verdict post_call(sluice::Response response) {
        return response.setResponseBody("echo: " + std::string(response.responseBody()))
                   ? sluice::Verdict::Continue
                   : sluice::Verdict::Failed;
    }

private:
    std::string config_;
    sluice::Host host_;
    sluice::Metric seen_;
};

}  // namespace

SLUICE_PLUGIN(Echo, R"({"id":"probe_echo","version":"0.1.0","abi":1,"interfaces":["sluice.hooks/1"],
  "config_schema":{"type":"object","properties":{"mode":{"type":"string","default":"plain"}}},
  "providers":{"echo":{"api_key_env":"ECHO_API_KEY"}},"strategies":["echo-strategy"],"callbacks":["echo-callback"]})")
