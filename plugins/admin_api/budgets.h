// /budget/settings and /management/v1/budgets: the documents of the kind budget, member by member and page by
// page. They are made and changed by the routes of groups.h.
// Sources: litellm/proxy/management_endpoints/budget_management_endpoints.py and its management_v1 routes.
#pragma once

#include "api.h"

namespace admin_api {

class Budgets {
public:
    explicit Budgets(const Documents& documents) : documents_(documents) {}

    Routes routes();

private:
    Answer settings(const Asked& asked) const;
    Answer list(const Asked& asked) const;

    const Documents& documents_;
};

}  // namespace admin_api
