// YAML with faults that say where. Only for the readers of lists; yaml-cpp throws, they throw ListFault.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <vector>

#include "list_fault.h"

namespace guard_content {

/// The whole document. Throws ListFault.
YAML::Node yamlOf(std::string_view text, const std::string& file);

inline size_t lineOf(const YAML::Node& node) {
    const int line = node.Mark().line;
    return line < 0 ? 0 : static_cast<size_t>(line) + 1;
}

/// A text, number or the like, as it is written. Throws ListFault.
std::string textOf(const YAML::Node& node, const std::string& file, const std::string& what);
/// A list of them; nothing is an empty list. Throws ListFault.
std::vector<std::string> textsOf(const YAML::Node& node, const std::string& file, const std::string& what);
/// Throws ListFault for a key that is none of these.
void onlyKeys(const YAML::Node& map, const std::string& file, const std::vector<std::string_view>& allowed);

}  // namespace guard_content
