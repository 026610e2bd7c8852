// Keys, teams, users, organisations, projects and customers as the hot path needs them, read from the
// documents of a store. Their members are LiteLLM's (litellm/proxy/_types.py, LiteLLM_VerificationToken and
// the like); times in documents are RFC 3339 or milliseconds since the Unix epoch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "accounts/extras.h"

namespace accounts {

using Json = nlohmann::json;

/// Which models somebody may use.
class Models {
public:
    Models() = default;
    explicit Models(const Json& list);  // an array of texts; anything else is none
    /// Only these; none of them is no model at all.
    static Models only(const std::vector<std::string>& names);
    /// One more name, or word for several.
    void add(std::string name);

    /// Nothing is said: whatever the next one in line says.
    bool open() const { return names_.empty() && !none_; }
    bool all() const { return all_; }      // "*", "all-proxy-models"
    bool asTeam() const { return team_; }  // "all-team-models"
    /// By name, or by a pattern with a star at its end: "openai/*".
    bool allow(std::string_view model) const;
    const std::vector<std::string>& names() const { return names_; }

private:
    std::vector<std::string> names_;
    bool all_ = false, team_ = false, none_ = false;
};

/// A team, user, organisation, project or customer.
struct Group {
    std::string id, alias;
    bool blocked = false;
    Models models;
    std::map<std::string, std::string> aliases;  // of models
    std::string organization;                    // of a team or project
    std::string role;                            // of a user: "proxy_admin", "internal_user", …
    std::vector<std::string> teams;              // of a user
    std::vector<std::string> access_groups;      // access_group_ids: more models
    std::shared_ptr<const Extras> extras;        // null: none
};

struct Key {
    std::string id;  // SHA-256 in hexadecimal digits: LiteLLM's `token`
    std::string name, alias;
    std::string user, team, organization, project;
    int64_t expires_ms = 0;  // since the Unix epoch; 0: never
    bool blocked = false;
    Models models;
    std::map<std::string, std::string> aliases;
    std::vector<std::string> routes;         // allowed_routes: paths, "/path/*", or names of groups of routes
    std::vector<std::string> clients;        // allowed_ips: addresses and networks (CIDR); empty: any
    std::vector<std::string> access_groups;  // access_group_ids: more models
    std::shared_ptr<const Extras> extras;    // null: none
    std::string successor;  // after a rotation: the key that took its place; it counts until expires_ms
};

/// Nothing if the document is not what it must be; `fault` says why, with the member's name.
std::optional<Key> readKey(std::string_view id, std::string_view json, std::string& fault);
std::optional<Group> readGroup(std::string_view id, std::string_view json, std::string& fault);

/// RFC 3339, or a number of milliseconds; nothing if it is neither. null and "" are 0.
std::optional<int64_t> readTime(const Json& value);

}  // namespace accounts
