// Loads a configuration from text, with an environment of the test's own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/settings.h"

namespace sluice::test {

using Variables = std::map<std::string, std::string>;

struct Loaded {
    config::Faults faults;
    config::Settings settings;

    /// Each fault as it is printed, in order.
    std::vector<std::string> texts() const;
    /// Is there a fault that says this somewhere?
    bool says(const std::string& part) const;
};

/// The file is called "config.yaml".
Loaded load(const std::string& text, const Variables& variables = {});

config::Environment environment(const Variables& variables);

}  // namespace sluice::test
