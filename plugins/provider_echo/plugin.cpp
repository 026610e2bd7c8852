#include <array>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "json.h"
#include "options.h"
#include "reply.h"

namespace provider_echo {
namespace {

struct Route {
    std::string_view name;  // Request::route()
    sluice_status (*serve)(const Call& call);
};

constexpr std::array<Route, 7> kRoutes{{
    {"chat", serveChat},
    {"completions", serveCompletions},
    {"embeddings", serveEmbeddings},
    {"moderations", serveModerations},
    {"responses", serveResponses},
    {"messages", serveMessages},
    {"count_tokens", serveCountTokens},
}};

const Route* routeNamed(std::string_view name) {
    for (const auto& route : kRoutes) {
        if (route.name == name) return &route;
    }
    return nullptr;
}

// A stream of these two routes tells its usage only if it is asked to. The gateway's accounts want it always;
// a client that did not ask never sees it.
bool askForUsage(const sluice::Attempt& attempt) {
    const auto options = attempt.upstreamMember("stream_options");
    if (options && isTrue(member(Json::parse(*options, nullptr, false), "include_usage"))) return true;
    return attempt.setUpstreamMember("stream_options", R"({"include_usage":true})") &&
           attempt.setAttribute("sluice.hide_usage_chunk", "1");
}

}  // namespace

class Plugin {
public:
    Plugin(std::string_view, sluice::Host host) : host_(host) {}

    struct Deployment {
        // The base URL stays empty: there is no network.
        Deployment(Plugin&, const sluice_deployment_config& config, std::string&)
            : options(readOptions(sluice::view(config.params))) {}
        const Options options;
    };

    sluice_status prepare(Deployment&, sluice::Attempt attempt) {
        const auto route = attempt.route();
        if (!routeNamed(route)) return SLUICE_E_UNSUPPORTED;
        const bool optional_usage = attempt.stream() && (route == "chat" || route == "completions");
        return !optional_usage || askForUsage(attempt) ? SLUICE_OK : SLUICE_E_INVALID;
    }

    sluice_status serve(Deployment& deployment, sluice::Attempt attempt) {
        const Route* route = routeNamed(attempt.route());
        if (!route) return SLUICE_E_UNSUPPORTED;
        // What is no JSON lacks whatever a route requires: its answer says so.
        const Json body = Json::parse(attempt.upstreamBody(), nullptr, false);
        const Call call{attempt,
                        body,
                        deployment.options,
                        std::string(attempt.callId()),
                        std::string(attempt.upstreamModel()),
                        host_.wallMs() / 1000,
                        attempt.stream()};
        return route->serve(call);
    }

private:
    sluice::Host host_;
};

}  // namespace provider_echo

SLUICE_PLUGIN(provider_echo::Plugin, R"({
  "id": "provider_echo",
  "version": "0.1.0",
  "abi": 1,
  "description": "Answers by itself with what it was asked: for tests, demonstrations and load generation",
  "interfaces": ["sluice.provider/1"],
  "providers": {"echo": {}},
  "config_schema": {"type": "object", "properties": {}, "additionalProperties": false}
})")
