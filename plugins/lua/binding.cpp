#include "binding.h"

#include <algorithm>

namespace lua_policy {

// '*' anywhere; linear for one of them, and there are few.
bool matchesGlob(std::string_view pattern, std::string_view text) {
    size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

bool Binding::matches(const Subject& subject) const {
    for (size_t who = 0; who < kWhos; ++who) {
        const auto& wanted = allowed[who];
        if (wanted.empty()) continue;
        const bool tag = who == static_cast<size_t>(Who::Tag);
        const bool any = std::any_of(wanted.begin(), wanted.end(), [&](const std::string& pattern) {
            if (!tag) return matchesGlob(pattern, subject.values[who]);
            return std::any_of(subject.tags.begin(), subject.tags.end(),
                               [&](const std::string& t) { return matchesGlob(pattern, t); });
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
