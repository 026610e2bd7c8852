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
        : given_(given), group_(table.of(given_)), left_(group_->all) {}
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
            if (!has(left_, i)) continue;
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
        for (const auto& option : options_) {
            if (option.fits) {
                options_[left++] = option;
                continue;
            }
            const uint32_t i = option.candidate.index();
            left_[i / 64] &= ~(uint64_t{1} << (i % 64));
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
        return leave(several.empty() ? *only : several, reason);
    }
    bool narrowToDefault(std::string_view reason) { return leave(group_->has_default_tag, reason); }
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
    // As narrow().
    bool leave(const Bits& those, std::string_view reason) {
        bool any = false, fewer = false;
        for (size_t w = 0; w < left_.size(); ++w) {
            any = any || availableAt(w, left_[w] & those[w]);
            fewer = fewer || (left_[w] & ~those[w]) != 0;
        }
        if (!any) return group_->facts.empty();
        if (!fewer) return true;
        for (size_t w = 0; w < left_.size(); ++w) left_[w] &= those[w];
        if (given_.wide()) (void)given_.keep(left_.data(), reason);
        for (uint32_t i = 0; !given_.wide() && i < group_->facts.size(); ++i) {
            if (!has(left_, i)) (void)sluice::Candidate(given_.raw(), i).drop(reason);
        }
        const auto gone = [this](const Option& o) { return !has(left_, o.candidate.index()); };
        options_.erase(std::remove_if(options_.begin(), options_.end(), gone), options_.end());
        return true;
    }

    const sluice::Candidates given_;
    const std::shared_ptr<const GroupFacts> group_;
    Bits left_;                    // that no filter has taken out
    std::vector<Option> options_;  // those left, once listed_
    bool listed_ = false;
};

}  // namespace router_filters
