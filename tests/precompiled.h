// What nearly every test of a plugin includes, compiled once for each program.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>
#include <sluice/testing/fake_host.hpp>
