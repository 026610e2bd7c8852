// The strategy "primary-first": the deployment with the lowest `order`; among equals the one with the fewest
// requests in flight. The others are there for retries, when the first ones have been tried.
//
//   router_settings: {routing_strategy: primary-first}
#include <sluice/plugin.hpp>

namespace {

// Without an order it comes last.
bool better(const sluice_candidate& a, const sluice_candidate& b) {
    const bool last_a = a.order < 0;
    const bool last_b = b.order < 0;
    if (last_a != last_b) return last_b;
    if (!last_a && a.order != b.order) return a.order < b.order;
    return a.in_flight < b.in_flight;
}

class CustomRouter {
public:
    CustomRouter(std::string_view, sluice::Host) {}

    // Once an attempt, on the loop: it allocates nothing and waits for nobody.
    int32_t pick(sluice::Request, const sluice_candidates& candidates) {
        int32_t best = SLUICE_E_UNAVAILABLE;
        for (uint32_t i = 0; i < candidates.count; ++i) {
            if (!candidates.available(&candidates, i)) continue;
            if (best < 0 || better(*candidates.at(&candidates, i),
                                   *candidates.at(&candidates, static_cast<uint32_t>(best))))
                best = static_cast<int32_t>(i);
        }
        return best;
    }
};

}  // namespace

SLUICE_PLUGIN(CustomRouter, R"({
  "id": "custom_router",
  "version": "1.0.0",
  "abi": 1,
  "description": "The lowest order first, then the least busy",
  "interfaces": ["sluice.router/1"],
  "strategies": ["primary-first"],
  "config_schema": {"type": "object", "additionalProperties": false, "properties": {}}
})")
