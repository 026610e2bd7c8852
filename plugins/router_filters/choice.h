// The deployments that are still in the choice, and what the filters take out of it.
#pragma once

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

/// For one call of route. The beginning is a look at each candidate, available or not, that says which
/// filters may have something to do; a list of them is made when the first one has, or at once for filters
/// that always have.
class Choice {
public:
    enum class List { Later, Now };
    Choice(const sluice_candidates& given, FactsTable& table, List when = List::Later)
        : given_(given), table_(table), listed_(when == List::Now) {
        if (listed_) options_.reserve(given.count);
        for (uint32_t i = 0; i < given.count; ++i) {
            const sluice::Candidate candidate(given, i);
            const Facts& facts = table.of(candidate);
            matters_ |= facts.matters;
            const uint32_t window = candidate.maxInputTokens();
            if (window > 0 && window < smallest_window_) smallest_window_ = window;
            if (listed_) options_.push_back({candidate, &facts, candidate.available()});
        }
    }
    Choice(const Choice&) = delete;
    Choice& operator=(const Choice&) = delete;

    /// Matters and Capability: does any of these hold for one candidate at least?
    bool matters(uint32_t any) const { return (matters_ & any) != 0; }
    /// Tokens; the largest number if no window is known.
    uint32_t smallestWindow() const { return smallest_window_; }
    bool overLimits() const {
        for (uint32_t i = 0; i < given_.count; ++i) {
            const sluice::Candidate candidate(given_, i);
            if (overRequests(candidate) || overTokens(candidate)) return true;
        }
        return false;
    }

    const std::vector<Option>& options() {
        if (listed_) return options_;
        listed_ = true;
        options_.reserve(given_.count);
        for (uint32_t i = 0; i < given_.count; ++i) {
            const sluice::Candidate candidate(given_, i);
            options_.push_back({candidate, &table_.of(candidate), candidate.available()});
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
            if (option.fits)
                options_[left++] = option;
            else
                (void)option.candidate.drop(asText(reason, option));
        }
        options_.erase(options_.begin() + static_cast<ptrdiff_t>(left), options_.end());
        return true;
    }
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

    const sluice_candidates& given_;
    FactsTable& table_;
    std::vector<Option> options_;  // once listed_
    uint32_t matters_ = 0, smallest_window_ = UINT32_MAX;
    bool listed_;
};

}  // namespace router_filters
