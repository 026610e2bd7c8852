// The strategy "primary-first": the deployment with the lowest `order`; among equals the one with the fewest
// requests in flight. The others are there for retries, when the first ones have been tried.
//
//   router_settings: {routing_strategy: primary-first}
#include <limits>

#include <sluice/strategy.hpp>

namespace {

struct CustomRouter : sluice::Strategy {
    CustomRouter(std::string_view, sluice::Host) {}

    // The lowest wins, and of equal ones the least busy. Without an order it comes last.
    double score(const sluice::Candidate& candidate) override {
        return candidate.order().value_or(std::numeric_limits<double>::infinity());
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
