// YAML as JSON: what test files are read as.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace lua_policy::tool {

/// Throws std::runtime_error with the file and line.
nlohmann::json readYaml(const std::string& path);

}  // namespace lua_policy::tool
