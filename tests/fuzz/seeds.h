// A few good and bad inputs for each fuzz target: libFuzzer starts from them, and `make test` replays them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace sluice::fuzz {

using Seeds = std::vector<std::string>;

/// By the target's name, "request_fuzz".
std::map<std::string, Seeds> allSeeds();
/// Those of seeds_more.cpp.
void addMoreSeeds(std::map<std::string, Seeds>& seeds);

}  // namespace sluice::fuzz
