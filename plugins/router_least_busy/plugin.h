// The routing strategy least-busy as an instance: stateless, since the host counts what is in flight.
#pragma once

#include <string_view>

#include <sluice/plugin.hpp>

#include "least_busy.h"

namespace router_least_busy {

class Plugin {
public:
    Plugin(std::string_view, sluice::Host host) : host_(host) {}

    int32_t pick(sluice::Request, const sluice_candidates& candidates) {
        return choose(sluice::Candidates(candidates), host_.random());
    }

private:
    sluice::Host host_;
};

}  // namespace router_least_busy
