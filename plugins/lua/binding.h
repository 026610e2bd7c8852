// For which requests a policy runs. Kinds are joined by and, the values of one kind by or; a kind that is not
// given matches everything. A value may end with '*', which stands for anything.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace lua_policy {

enum class Who : uint8_t { Key, Team, Organization, Customer, Tag, Route, Model, Tenant };
inline constexpr size_t kWhos = 8;
inline constexpr std::array<const char*, kWhos> kWhoNames = {"key", "team",  "organization", "customer",
                                                             "tag", "route", "model",        "tenant"};

/// What is known of a request; of tags there may be several.
struct Subject {
    std::array<std::string_view, kWhos> values;
    std::vector<std::string> tags;
};

struct Binding {
    std::array<std::vector<std::string>, kWhos> allowed;

    bool matches(const Subject& subject) const;
    bool needsTags() const { return !allowed[static_cast<size_t>(Who::Tag)].empty(); }
    /// The tenants by name if it is bound to such and to nothing with '*': for an index. Null otherwise.
    const std::vector<std::string>* exactTenants() const;
};

}  // namespace lua_policy
