// What somebody has spent, as budgets count it.
#pragma once

#include "documents.h"
#include "pico.h"

namespace admin_api {

/// The beginning of the budget period that `now_ms` is in: midnight UTC for a day, Monday for seven days, the
/// first of the month for thirty or "1mo", and so on: plugins/limits/period.h, in UTC. 0 without a duration.
int64_t periodStart(const std::string& duration, int64_t now_ms);

class Spent {
public:
    Spent(const Documents& documents, sluice::Host host) : documents_(documents), host_(host) {}

    /// Since the budget period began or `spend_from`, whichever is later; in the latter case `spend_base_usd`
    /// besides.
    /// `dimension` is the store's: "key_id", "team", …
    Pico of(const char* dimension, const std::string& id, const Json& document) const;

private:
    int64_t periodOf(const Json& document) const;
    const Documents& documents_;
    sluice::Host host_;
};

/// Puts the members of a reset into the document: from now on it has spent `base`, a number of USD.
void resetSpend(Json& document, const Json& base, int64_t now_ms);

}  // namespace admin_api
