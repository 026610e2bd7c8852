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
};

/// For one call of route.
class Choice {
public:
    Choice(const sluice_candidates& given, FactsTable& table) {
        options_.reserve(given.count);
        for (const auto candidate : sluice::Candidates(given)) {
            const Facts& facts = table.of(candidate);
            options_.push_back({candidate, &facts});
            lacks_ |= facts.lacks;
            has_default_ |= facts.is_default;
            has_patterns_ |= !facts.tag_regex.empty();
        }
    }

    const std::vector<Option>& options() const { return options_; }
    bool empty() const { return options_.empty(); }
    /// Capability: what at least one of them says no to.
    uint32_t lacks() const { return lacks_; }
    /// Is any of them tagged "default"? Has any of them patterns for the fields of a request?
    bool hasDefault() const { return has_default_; }
    bool hasPatterns() const { return has_patterns_; }

    /// Leaves those that fit and drops the others for that reason, a text or a function of an option. False,
    /// and all are left, if none fits.
    template <class Fits, class Reason>
    bool narrow(Fits&& fits, Reason&& reason) {
        size_t first = 0;
        while (first < options_.size() && fits(options_[first])) ++first;
        if (first == options_.size()) return true;
        std::vector<Option> left(options_.begin(), options_.begin() + static_cast<ptrdiff_t>(first)), out;
        for (; first < options_.size(); ++first)
            (fits(options_[first]) ? left : out).push_back(options_[first]);
        if (left.empty()) return false;
        for (const auto& option : out) (void)option.candidate.drop(asText(reason, option));
        options_ = std::move(left);
        return true;
    }
    /// Leaves none of them.
    void dropAll(std::string_view reason) {
        for (const auto& option : options_) (void)option.candidate.drop(reason);
        options_.clear();
    }

private:
    static std::string_view asText(std::string_view reason, const Option&) { return reason; }
    template <class Reason>
    static auto asText(const Reason& reason, const Option& option) -> decltype(reason(option)) {
        return reason(option);
    }

    std::vector<Option> options_;
    uint32_t lacks_ = 0;
    bool has_default_ = false, has_patterns_ = false;
};

}  // namespace router_filters
