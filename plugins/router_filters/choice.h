// The deployments that are still in the choice, and what the filters take out of it.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "facts_table.h"

namespace router_filters {

/// Why a request is refused because no deployment will do. An empty code or type: the gateway's own.
struct Refused {
    uint32_t status;
    std::string message;
    std::string code = {}, type = {}, internal_reason = {};
};

struct Option {
    sluice::Candidate candidate;
    const Facts* facts;
    bool available;  // false: out of service, or tried; it may be back for a retry
    bool fits = false;
};

inline bool overRequests(const sluice::Candidate& c) {
    const auto rpm = c.rpm();
    return rpm && static_cast<double>(c.requestsThisMinute()) >= *rpm;
}
inline bool overTokens(const sluice::Candidate& c) {
    const auto tpm = c.tpm();
    return tpm && static_cast<double>(c.tokensThisMinute()) >= *tpm;
}

/// For one call of route. What is constant of the candidates is known of their group; a list of them is made
/// when the first filter looks at each.
class Choice {
public:
    Choice(const sluice_candidates& given, FactsTable& table)
        : given_(given), group_(table.of(given_)), left_(&group_->all) {}
    Choice(const Choice&) = delete;
    Choice& operator=(const Choice&) = delete;

    /// Matters and Capability: does any of these hold for one candidate at least?
    bool matters(uint32_t any) const { return (group_->matters & any) != 0; }
    /// Tokens; the largest number if no window is known.
    uint32_t smallestWindow() const { return group_->smallest_window; }
    bool overLimits() const {
        for (uint32_t i = 0; i < given_.raw().count; ++i) {
            const sluice::Candidate candidate(given_.raw(), i);
            if (overRequests(candidate) || overTokens(candidate)) return true;
        }
        return false;
    }

    const std::vector<Option>& options() {
        if (listed_) return options_;
        listed_ = true;
        options_.reserve(group_->facts.size());
        for (uint32_t i = 0; i < group_->facts.size(); ++i) {
            if (!has(*left_, i)) continue;
            const sluice::Candidate candidate(given_.raw(), i);
            options_.push_back({candidate, group_->facts[i], candidate.available()});
        }
        return options_;
    }

    /// Leaves those that fit and drops the others for that reason, a text or a function of an option. False,
    /// and all are left, if none fits that is available. Those that are not are dropped, too, if they do not
    /// fit: they may be back by the time of a retry.
    template <class Fits, class Reason>
    bool narrow(Fits&& fits, Reason&& reason) {
        (void)options();
        size_t left = 0;
        bool any = false;
        for (auto& option : options_) {
            option.fits = fits(option);
            left += option.fits ? 1 : 0;
            any = any || (option.fits && option.available);
        }
        if (!any) return options_.empty();
        if (left == options_.size()) return true;
        left = 0;
        Bits& mine = own();
        for (const auto& option : options_) {
            if (option.fits) {
                options_[left++] = option;
                continue;
            }
            const uint32_t i = option.candidate.index();
            mine[i / 64] &= ~(uint64_t{1} << (i % 64));
            (void)option.candidate.drop(asText(reason, option));
        }
        options_.erase(options_.begin() + static_cast<ptrdiff_t>(left), options_.end());
        return true;
    }
    /// The same for what only tags and patterns decide: asked once for each set of them, of one that has it.
    template <class Fits>
    bool narrowByTags(Fits&& fits, std::string_view reason) {
        const Bits* only = nullptr;  // most requests fit one set
        Bits several;
        for (const auto& set : group_->tag_sets) {
            if (!fits(*set.one)) continue;
            if (only && several.empty()) several = *only;
            only = &set.who;
            for (size_t w = 0; w < several.size(); ++w) several[w] |= set.who[w];
        }
        if (!only) return group_->facts.empty();
        return several.empty() ? leave(*only, true, reason) : leave(several, false, reason);
    }
    bool narrowToDefault(std::string_view reason) { return leave(group_->has_default_tag, true, reason); }
    /// Leaves none of them.
    void dropAll(std::string_view reason) {
        for (const auto& option : options()) (void)option.candidate.drop(reason);
        options_.clear();
    }

private:
    static std::string_view asText(std::string_view reason, const Option&) { return reason; }
    template <class Reason>
    static auto asText(const Reason& reason, const Option& option) -> decltype(reason(option)) {
        return reason(option);
    }

    static bool has(const Bits& bits, uint32_t i) { return (bits[i / 64] >> (i % 64) & 1) != 0; }
    bool availableAt(size_t word, uint64_t bits) const {
        if (given_.wide()) return (given_.availableBits()[word] & bits) != 0;
        for (uint32_t i = 0; i < 64; ++i) {
            if ((bits >> i & 1) != 0 && sluice::Candidate(given_.raw(), word * 64 + i).available())
                return true;
        }
        return false;
    }
    // What is left, to be changed.
    Bits& own() {
        if (left_ != &own_) own_ = *left_;
        left_ = &own_;
        return own_;
    }
    // As narrow(). `lasts`: the set is the group's, and need not be copied where no filter was before.
    bool leave(const Bits& those, bool lasts, std::string_view reason) {
        const Bits& before = *left_;
        bool any = false, fewer = false;
        for (size_t w = 0; w < before.size(); ++w) {
            any = any || availableAt(w, before[w] & those[w]);
            fewer = fewer || (before[w] & ~those[w]) != 0;
        }
        if (!any) return group_->facts.empty();
        if (!fewer) return true;
        if (lasts && left_ == &group_->all) {
            left_ = &those;
        } else {
            Bits& mine = own();
            for (size_t w = 0; w < mine.size(); ++w) mine[w] &= those[w];
        }
        if (given_.wide()) (void)given_.keep(left_->data(), reason);
        for (uint32_t i = 0; !given_.wide() && i < group_->facts.size(); ++i) {
            if (!has(*left_, i)) (void)sluice::Candidate(given_.raw(), i).drop(reason);
        }
        const auto gone = [this](const Option& o) { return !has(*left_, o.candidate.index()); };
        options_.erase(std::remove_if(options_.begin(), options_.end(), gone), options_.end());
        return true;
    }

    const sluice::Candidates given_;
    const std::shared_ptr<const GroupFacts> group_;
    const Bits* left_;  // that no filter has taken out: a set of the group's, or own_
    Bits own_;
    std::vector<Option> options_;  // those left, once listed_
    bool listed_ = false;
};

}  // namespace router_filters
