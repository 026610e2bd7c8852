#include <string_view>

#include <sluice/plugin.hpp>

#include "shuffle.h"

namespace router_simple_shuffle {

class Plugin {
public:
    Plugin(std::string_view, sluice::Host host) : host_(host) {}

    int32_t pick(sluice::Request, const sluice_candidates& candidates) {
        return choose(candidates, host_.random());
    }

private:
    sluice::Host host_;
};

}  // namespace router_simple_shuffle

SLUICE_PLUGIN(router_simple_shuffle::Plugin, R"({
  "id": "router_simple_shuffle",
  "version": "0.1.0",
  "abi": 1,
  "description": "Random choice of a deployment, weighted by weight, rpm or tpm",
  "interfaces": ["sluice.router/1"],
  "strategies": ["simple-shuffle"],
  "config_schema": {"type": "object", "properties": {}, "additionalProperties": false}
})")
