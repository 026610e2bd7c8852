#include "shares.h"

#include <algorithm>
#include <optional>
#include <set>

namespace alerts {
namespace {

bool matches(std::string_view pattern, std::string_view model) {
    if (pattern.empty() || pattern.back() != '*') return pattern == model;
    pattern.remove_suffix(1);
    return model.substr(0, pattern.size()) == pattern;
}

// Answers that were given in this look.
class Answers {
public:
    Answers(const Shares& shares, const Spend& spend) : shares_(shares), spend_(spend) {}

    /// Null: the store did not answer.
    const Spend::Sums* of(const std::string& by, int64_t since_ms) {
        const auto key = std::make_pair(by, since_ms);
        auto found = all_.find(key);
        if (found == all_.end())
            found =
                all_.emplace(key, spend_.within(shares_.dimension, shares_.account.id, by, since_ms)).first;
        return found->second ? &*found->second : nullptr;
    }

private:
    const Shares& shares_;
    const Spend& spend_;
    std::map<std::pair<std::string, int64_t>, std::optional<Spend::Sums>> all_;
};

class Look {
public:
    Look(const Shares& shares, int64_t now_ms, const Calendar& calendar)
        : shares_(shares), now_ms_(now_ms), calendar_(calendar) {}

    BudgetState state(const accounts::Budget& budget) const {
        BudgetState state;
        state.max_pico = budget.max_pico;
        state.soft_pico = budget.soft_pico;
        state.period = calendar_.period(budget.duration, now_ms_);
        return state;
    }
    int64_t since(const BudgetState& state) const {
        return std::max(state.period.start_ms, shares_.spend_from_ms);
    }

private:
    const Shares& shares_;
    const int64_t now_ms_;
    const Calendar& calendar_;
};

bool hasBudget(const accounts::Budget& budget) { return budget.max_pico >= 0 || budget.soft_pico >= 0; }

}  // namespace

bool Shares::any() const {
    return std::any_of(models.begin(), models.end(), [](const auto& one) { return hasBudget(one.budget); }) ||
           std::any_of(members.begin(), members.end(),
                       [](const auto& one) { return hasBudget(one.limits.budget); });
}

bool checkShares(const Shares& shares, const Spend& spend, int64_t now_ms, int64_t window_ms,
                 const Calendar& calendar, const std::function<std::string(const std::string& user)>& email,
                 const Raise& raise) {
    Answers answers(shares, spend);
    const Look look(shares, now_ms, calendar);
    const auto tell = [&](const Account& account, const BudgetState& state) {
        if (auto alert = judge(account, state, now_ms, window_ms, calendar)) raise(std::move(*alert));
    };
    for (const auto& one : shares.models) {
        if (!hasBudget(one.budget)) continue;
        BudgetState state = look.state(one.budget);
        const auto* sums = answers.of("model_group", look.since(state));
        if (!sums) return false;
        for (const auto& [model, sum] : *sums) state.spent_pico += matches(one.model, model) ? sum.pico : 0;
        Account account = shares.account;
        account.model = one.model;
        tell(account, state);
    }
    std::set<std::string> named;
    for (const auto& one : shares.members) named.insert(one.user);
    for (const auto& one : shares.members) {
        if (!hasBudget(one.limits.budget)) continue;
        BudgetState state = look.state(one.limits.budget);
        // A reset of this member alone; one of the whole team that came later counts instead.
        const int64_t reset = one.limits.spend_from_ms;
        const bool anew = reset > state.period.start_ms && reset >= shares.spend_from_ms;
        const auto* sums = answers.of("user", anew ? reset : look.since(state));
        if (!sums) return false;
        for (const auto& [user, sum] : *sums) {
            if (user.empty() || (one.user.empty() ? named.count(user) > 0 : user != one.user)) continue;
            Account account = shares.account;
            account.member = user;
            account.email = email(user);
            state.spent_pico = anew ? std::max<int64_t>(0, sum.pico + one.limits.spend_base_pico) : sum.pico;
            tell(account, state);
        }
    }
    return true;
}

}  // namespace alerts
