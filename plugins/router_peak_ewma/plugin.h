// The routing strategy peak-ewma as an instance: stateless, since the host measures and counts.
#pragma once

#include <string_view>

#include <sluice/plugin.hpp>

#include "peak_ewma.h"

namespace router_peak_ewma {

class Plugin {
public:
    Plugin(std::string_view, sluice::Host host) : host_(host) {}

    int32_t pick(sluice::Request, const sluice_candidates& candidates) {
        return choose(sluice::Candidates(candidates), host_.random());
    }

private:
    sluice::Host host_;
};

}  // namespace router_peak_ewma
