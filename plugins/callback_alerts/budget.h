// What a budget has to say, from its figures alone.
#pragma once

#include <optional>
#include <string>

#include "accounts/usage_limits.h"
#include "alert.h"
#include "calendar.h"

namespace alerts {

/// A key, team, user, organisation or customer, as a message names it; or the whole gateway.
struct Account {
    /// Of its document: "key", "team", "user", "organization", "customer", "project", "tag"; "proxy".
    std::string kind;
    std::string id;
    std::string alias, email, user, team;
    std::string model = {};   // only what is spent on that model, or those that a star at its end stands for
    std::string member = {};  // only what that user spends in the team

    /// LiteLLM's event_group: "key", "team", "internal_user", "organization", "customer", "project", "tag",
    /// "team_member", "proxy".
    std::string group() const;
    /// "key app (88dc28d0f030…)", "model gpt-4o of key app (88dc28d0f030…)", "member ann of team red"
    std::string text() const;
};

struct BudgetState {
    int64_t spent_pico = 0;
    int64_t max_pico = -1;   // -1: none
    int64_t soft_pico = -1;  // likewise
    limits::Period period;   // 0 to 0: for ever
};

/// The worst that is to be said of it: crossed, the soft one crossed, 95 %, 85 %, or that it will not last.
/// Nothing if all is well. `window_ms`: budget_alert_ttl. A projection needs a tenth of the period, and an
/// hour, to have passed.
std::optional<Alert> judge(const Account& account, const BudgetState& state, int64_t now_ms,
                           int64_t window_ms, const Calendar& calendar);

}  // namespace alerts
