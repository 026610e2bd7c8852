#include "validator/case.h"

namespace sluice::validator {

const std::vector<Case>& allCases() {
    static const std::vector<Case> all = [] {
        std::vector<Case> cases;
        for (auto group : {staticCases, scanCases, configCases, hookCases, roleCases, streamCases,
                           contractCases, loadCases, reloadCases}) {
            for (auto& one : group()) cases.push_back(std::move(one));
        }
        return cases;
    }();
    return all;
}

}  // namespace sluice::validator
