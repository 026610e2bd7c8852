#include "limits.h"

namespace router_filters {
namespace {

bool overRequests(const sluice::Candidate& c) {
    const auto rpm = c.rpm();
    return rpm && static_cast<double>(c.requestsThisMinute()) >= *rpm;
}

bool overTokens(const sluice::Candidate& c) {
    const auto tpm = c.tpm();
    return tpm && static_cast<double>(c.tokensThisMinute()) >= *tpm;
}

}  // namespace

void filterByLimits(Choice& choice) {
    const auto fits = [](const Option& o) { return !overRequests(o.candidate) && !overTokens(o.candidate); };
    const auto reason = [](const Option& o) -> std::string_view {
        return overRequests(o.candidate) ? "over its rpm in this minute" : "over its tpm in this minute";
    };
    if (!choice.narrow(fits, reason)) choice.dropAll("over its rpm or tpm in this minute");
}

}  // namespace router_filters
