// Budgets inside of an account: of one model, and of the members of a team.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "accounts/usage_limits.h"
#include "budget.h"
#include "spend.h"

namespace alerts {

struct Shares {
    Account account;        // whose they are
    std::string dimension;  // of the account, in the words of the store's reports
    std::vector<accounts::ModelLimits> models;
    std::vector<accounts::MemberLimits> members;  // of a team; with an empty user: of those who are not named
    int64_t spend_from_ms = 0;                    // what was spent before counts no more

    /// Has any of them a budget?
    bool any() const;
};

/// Compares them with the books, which know whole days (UTC) of them: one question for each beginning of a
/// period. `email`: of a user; may be empty. False: the store did not answer. [offload]
bool checkShares(const Shares& shares, const Spend& spend, int64_t now_ms, int64_t window_ms,
                 const Calendar& calendar, const std::function<std::string(const std::string& user)>& email,
                 const Raise& raise);

}  // namespace alerts
