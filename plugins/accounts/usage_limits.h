// What somebody may use, as documents say it: LiteLLM's members of keys, teams, users, organisations,
// customers, projects, tags and budgets (litellm/proxy/_types.py), and requests and tokens a day besides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace accounts {

struct Budget {
    int64_t max_pico = -1;   // 1e-12 USD; -1: no limit
    int64_t soft_pico = -1;  // beyond it there is a warning
    std::string duration;    // "30d", …; empty: for ever
};

/// Limits that hold for one model.
struct ModelLimits {
    std::string model;
    std::optional<int64_t> rpm, tpm;
    Budget budget;
};

/// -1 and nothing: no limit.
struct Limits {
    std::optional<int64_t> rpm, tpm;  // requests and tokens a minute
    std::optional<int64_t> rpd, tpd;  // a day
    std::optional<int64_t> parallel;  // requests at the same time
    Budget budget;
    int64_t extra_pico = 0;       // temp_budget_increase, until extra_until_ms
    int64_t extra_until_ms = 0;   // since the Unix epoch
    int64_t spend_from_ms = 0;    // what was used before counts no more (reset_spend) …
    int64_t spend_base_pico = 0;  // … but as this much; of members less what the day of the reset had before
    std::vector<ModelLimits> models;
    std::string budget_id;  // the budget that says what is not said here

    bool empty() const;
    /// Takes what is not said here from there.
    void inherit(const Limits& budget);
};

/// One member of a team, or, with an empty user, those who are not listed.
struct MemberLimits {
    std::string user;
    Limits limits;
};

/// Of a document's text only what the functions below look at; null if it is no object. There may be hundreds
/// of thousands of documents, most of which say nothing of limits.
nlohmann::json limitMembers(std::string_view document);

/// Nothing if a member is not what it must be; `fault` says which, and what is allowed.
std::optional<Limits> readLimits(const nlohmann::json& document, std::string& fault);
/// Of a team's document: team_member_budget, team_member_rpm_limit, … and members_with_roles[].
std::vector<MemberLimits> readMembers(const nlohmann::json& team, std::string& fault);

}  // namespace accounts
