#include "limits.h"

namespace router_filters {

void filterByLimits(Choice& choice) {
    if (!choice.overLimits()) return;
    const auto fits = [](const Option& o) { return !overRequests(o.candidate) && !overTokens(o.candidate); };
    const auto reason = [](const Option& o) -> std::string_view {
        return overRequests(o.candidate) ? "over its rpm in this minute" : "over its tpm in this minute";
    };
    if (!choice.narrow(fits, reason)) choice.dropAll("over its rpm or tpm in this minute");
}

}  // namespace router_filters
