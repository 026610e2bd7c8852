#include "binding.h"

#include <algorithm>

#include <sluice/glob.hpp>

namespace lua_policy {

bool Binding::matches(const Subject& subject) const {
    for (size_t who = 0; who < kWhos; ++who) {
        const auto& wanted = allowed[who];
        if (wanted.empty()) continue;
        const bool tag = who == static_cast<size_t>(Who::Tag);
        const bool any = std::any_of(wanted.begin(), wanted.end(), [&](const std::string& pattern) {
            if (!tag) return sluice::matchesGlob(pattern, subject.values[who]);
            return std::any_of(subject.tags.begin(), subject.tags.end(),
                               [&](const std::string& t) { return sluice::matchesGlob(pattern, t); });
        });
        if (!any) return false;
    }
    return true;
}

const std::vector<std::string>* Binding::exactTenants() const {
    const auto& tenants = allowed[static_cast<size_t>(Who::Tenant)];
    const bool exact = std::none_of(tenants.begin(), tenants.end(),
                                    [](const std::string& t) { return t.find('*') != std::string::npos; });
    return !tenants.empty() && exact ? &tenants : nullptr;
}

}  // namespace lua_policy
