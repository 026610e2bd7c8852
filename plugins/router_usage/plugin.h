// The routing strategies usage-based-routing and -v2 as instances: stateless, since the host counts.
#pragma once

#include <string_view>

#include <sluice/plugin.hpp>

#include "usage.h"

namespace router_usage {

/// Looks at what was used so far.
class Plugin {
public:
    Plugin(std::string_view, sluice::Host host) : host_(host) {}

    int32_t pick(sluice::Request, const sluice_candidates& candidates) {
        return choose(sluice::Candidates(candidates), 0, host_.random());
    }

private:
    sluice::Host host_;
};

/// Looks at what will have been used with this request.
class PluginV2 {
public:
    PluginV2(std::string_view, sluice::Host host) : host_(host) {}

    int32_t pick(sluice::Request request, const sluice_candidates& candidates) {
        return choose(sluice::Candidates(candidates), inputTokens(request), host_.random());
    }

private:
    sluice::Host host_;
};

}  // namespace router_usage
