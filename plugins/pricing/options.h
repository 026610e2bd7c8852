// The plugin's configuration, checked.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "adjust.h"
#include "table.h"

namespace pricing {

struct Options {
    Entries models;                                 // changes of the table that comes with Sluice
    std::string file;                               // path of a JSON file with more of them; empty: none
    Adjustments adjustments;                        // discounts and margins
    std::map<std::string, std::string> tokenizers;  // model as clients name it: "cl100k_base", "o200k_base"
};

/// Throws sluice::ConfigError.
Options readOptions(std::string_view config_json);

}  // namespace pricing
