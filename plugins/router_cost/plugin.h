// The routing strategy cost-based-routing as an instance: stateless, since the host knows prices and counts.
#pragma once

#include <string_view>

#include <sluice/plugin.hpp>

#include "cost.h"

namespace router_cost {

class Plugin {
public:
    Plugin(std::string_view, sluice::Host host) : host_(host) {}

    int32_t pick(sluice::Request, const sluice_candidates& candidates) {
        return choose(sluice::Candidates(candidates), host_.random());
    }

private:
    sluice::Host host_;
};

}  // namespace router_cost
