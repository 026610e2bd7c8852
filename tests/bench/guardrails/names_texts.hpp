// Ordinary texts, such as people send to a model: no names of persons, organisations or places, no addresses.
#pragma once

#include <string>
#include <vector>

namespace names_bench {

const std::vector<std::string>& ordinaryTexts();

/// Of these, sentences only: neither code nor lists.
const std::vector<std::string>& proseTexts();

}  // namespace names_bench
