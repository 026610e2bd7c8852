// Requests, tokens and money: how much of them a key, a user, a team, … may use.
#pragma once

#include <sluice/plugin.hpp>

#include "accounts/wall_clock.h"
#include "book.h"
#include "claim.h"
#include "counters/memory.h"
#include "estimates.h"
#include "options.h"
#include "seeds.h"

namespace limits {

class Plugin {
public:
    using PerRequest = Claim;

    Plugin(std::string_view config_json, sluice::Host host);
    void start();

    sluice::Verdict pre_call(sluice::Request request);
    sluice::Verdict on_response(sluice::Response response);
    void on_settled(Claim& claim, const sluice_settlement& sums);

    /// What an unsettled claim has taken, with what it asked for as its true figures. [any]
    void release(Claim& claim);

private:
    void collect(const sluice::Request& request, Claim& claim);
    void addTags(const sluice::Request& request, Claim& claim);
    std::string nextHolder();
    int64_t price(const Estimate& estimate, std::string_view model) const;
    sluice_status takeOnce(const sluice::Request& request, Claim& claim, int64_t now_ms) const;
    bool take(const sluice::Request& request, Claim& claim, int64_t now_ms);
    void warnOfSoftBudgets(const Claim& claim);
    void settle(Claim& claim);

    const sluice::Host host_;
    const accounts::WallClock clock_;
    const Options options_;
    const Zone zone_;
    Book book_;
    Estimates estimates_;
    const sluice::Metric refused_total_, soft_total_;
    const std::string holder_prefix_;
    std::atomic<uint64_t> holders_{0};
    const sluice_counters* counters_;
    sluice_instance* counters_self_;
    const sluice_prices* prices_ = nullptr;
    sluice_instance* prices_self_ = nullptr;
    Seeds seeds_;
};

}  // namespace limits
