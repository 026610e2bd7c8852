// One test case: the requests that it makes, one after the other, on a fake host of their own, and what is
// wrong with what came out.
#pragma once

#include "tool.h"

namespace lua_policy::tool {

struct Cuts {
    uint32_t count = 20;
    uint64_t seed = 1;
};

/// What is wrong, one line a fault; empty if all is as expected. `settings` is the plugin's configuration.
std::vector<std::string> runCase(const json& settings, const json& test, const json& http, const Cuts& cuts);

}  // namespace lua_policy::tool
