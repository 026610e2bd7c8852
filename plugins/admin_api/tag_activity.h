// /tag/dau, wau, mau, summary and distinct: how many users have asked under which tag.
// Source: litellm/proxy/management_endpoints/user_agent_analytics_endpoints.py.
#pragma once

#include <string>
#include <vector>

#include "api.h"

namespace admin_api {

class TagActivity {
public:
    TagActivity(Documents& documents, sluice::Host host) : documents_(documents), host_(host) {}

    Routes routes();

private:
    struct Period {
        int64_t from, to;   // days since 1970-01-01, both included
        std::string label;  // "2026-11-21", "Week 7 (Nov 16)", "Month 7 (Oct)"
    };
    /// `length` days each, the last of `count` ends tomorrow: at LiteLLM days end everywhere before they do
    /// in UTC.
    std::vector<Period> periods(int64_t length, int64_t count) const;

    Answer active(const Asked& asked, int64_t length);
    Answer summary(const Asked& asked);
    Answer distinct();

    /// Rows of a spend report by tag that the filters of `asked` let through, the busiest first, 250 at most.
    Json tagsOf(const Asked& asked, const std::string& from, const std::string& to) const;
    /// Users that have asked under the tag; requests of nobody are no user's.
    int64_t usersOf(const std::string& tag, const std::string& from, const std::string& to) const;

    Documents& documents_;
    sluice::Host host_;
};

}  // namespace admin_api
