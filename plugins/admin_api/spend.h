// /spend/…, /global/…, /…/daily/activity, /…/spend/report: LiteLLM's views of what was used, over the store's
// reports. Money goes through digit by digit.
#pragma once

#include <mutex>

#include "api.h"
#include "pico.h"

namespace admin_api {

/// Days of a question: start_date and end_date.
struct Days {
    std::string from, to;  // "2026-11-21"; empty: open
    /// Into a question for sums.
    void putInto(Json& question) const;
};
/// Throws Refused, 422, if the end is before the beginning. `back`: days before today if nothing is said; 0:
/// open.
Days daysOf(const Asked& asked, int64_t now_ms, int back);

inline const Json kSpendAndCount = Json::array({"spend_pico_usd", "requests"});

class Spend {
public:
    Spend(Documents& documents, sluice::Host host) : documents_(documents), host_(host), rights_(documents) {}

    /// From how many seconds on an answer counts as slow.
    void setSlowAfter(double seconds) { slow_after_ = seconds; }
    Routes routes();

private:
    Routes logRoutes();
    Routes ownRoutes();
    Routes globalRoutes();
    Routes metricRoutes();

    // spend_lists.cpp: lists by key, user, tag; reports by page.
    Answer keys(const Asked& asked);
    Answer users(const Asked& asked);
    Answer tags(const Asked& asked);
    Answer reportBy(const Asked& asked, const char* dimension);
    Answer teamsByUser(const Asked& asked);  // spend_teams.cpp

    // spend_logs.cpp: events one by one.
    Answer logs(const Asked& asked);
    Answer logsByPage(const Asked& asked);
    Answer oneLog(const Asked& asked);
    Json summary(const Asked& asked, const Json& where);

    // spend_global.cpp
    Answer total(const Asked& asked);
    Answer topKeys(const Asked& asked);
    Answer topTeams(const Asked& asked);
    Answer top(const Asked& asked, const char* dimension, const char* label, const char* spend_name);
    Answer byDay(const Asked& asked);
    Answer report(const Asked& asked);
    Answer spendPerTag(const Asked& asked);
    Answer names(const Asked& asked, const char* dimension, const char* label);
    Answer endUsers(const Asked& asked);
    Answer reset(const Asked& asked);

    // activity.cpp
    Answer daily(const Asked& asked, const char* dimension, const char* parameter, const Page& page);
    Answer activity(const Asked& asked);
    Answer activityByModel(const Asked& asked);
    Answer exceptions(const Asked& asked);

    // model_metrics.cpp: what only single events say.
    Answer latencies(const Asked& asked);
    Answer firstTokens(const Asked& asked);
    Answer slowResponses(const Asked& asked);
    Answer exceptionsByModel(const Asked& asked);
    Answer rateLimitsByDeployment(const Asked& asked);
    Answer cacheHits(const Asked& asked);
    Answer gateway(const Asked& asked);
    struct Events {
        Json rows;
        bool exact;  // these are all of them
    };
    /// One at a time: each may be ten thousand events.
    Events eventsOf(const Days& days, Json where) const;

    /// What the caller may ask about, from api_key, user_id, team_id, organization_id and end_user_id: throws
    /// Refused, 403, for somebody else's. Without any of them whoever does not see everything gets their own.
    Json whereOf(const Asked& asked) const;
    /// Ids that `asked` names, or all that the caller sees; throws Refused, 403, for one that is not theirs.
    std::vector<std::string> mine(const Asked& asked, const char* dimension,
                                  const std::vector<std::string>& named) const;
    bool sees(const Caller& caller, const std::string& dimension, const std::string& id) const;
    /// A spend report. What it says of a sum is spend_pico_usd, unless `more` names others in "sums".
    Json sums(const char* dimension, const Json& where, const Days& days, Json more) const;
    Json keyNames(const std::string& key) const;

    Documents& documents_;
    sluice::Host host_;
    Rights rights_;
    mutable std::mutex events_mutex_;
    double slow_after_ = 300;  // LiteLLM's alerting_threshold
};

/// "Nov 21" of "2026-11-21": LiteLLM's label of a day on charts.
std::string labelOf(const std::string& day);

/// The spend of a row of a report, as it is written there.
Json spendIn(const Json& row);

}  // namespace admin_api
