// Ordinary texts, such as people send to a model: no names of persons, organisations or places, no addresses.
#pragma once

#include <string>
#include <vector>

namespace names_bench {

const std::vector<std::string>& ordinaryTexts();

}  // namespace names_bench
