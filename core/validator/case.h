// The tests that a plugin has to pass. Each runs in a process of its own, so that a crash or a hang fails one
// test and not the run.
#pragma once

#include <string>
#include <vector>

#include "validator/trial.h"

namespace sluice::validator {

struct Case {
    std::string name;     // "stream.chunks": group and test
    std::string promise;  // what holds if it passes, for people
    void (*run)(Trial&);
    std::string group() const { return name.substr(0, name.find('.')); }
};

/// Every test, in the order in which they are run: from what needs no code of the plugin to what needs most.
const std::vector<Case>& allCases();

// The groups, a file each.
std::vector<Case> staticCases();
std::vector<Case> scanCases();
std::vector<Case> configCases();
std::vector<Case> hookCases();
std::vector<Case> roleCases();
std::vector<Case> streamCases();
std::vector<Case> contractCases();
std::vector<Case> loadCases();
std::vector<Case> reloadCases();

}  // namespace sluice::validator
