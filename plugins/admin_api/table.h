// All routes, and how a request finds its row.
#pragma once

#include <memory>

#include <sluice/plugin.hpp>

#include "api.h"

namespace admin_api {

class Table {
public:
    explicit Table(Routes routes);

    /// What the host is told: paths with braces as everything below what stands before them.
    const std::vector<sluice::Route>& registered() const { return registered_; }
    const Routes& routes() const { return routes_; }
    /// The row for a method and a path as it came, and the names in braces. Throws Refused, 404 or 405.
    const Route& find(std::string_view method, std::string_view path,
                      std::map<std::string, std::string>& names) const;

private:
    Routes routes_;
    std::vector<std::pair<std::string, std::string>> texts_;  // registered_ borrows from it
    std::vector<sluice::Route> registered_;
};

}  // namespace admin_api
