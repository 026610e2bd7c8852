#include "routes.h"

namespace provider_openai {

std::optional<Route> routeNamed(std::string_view name) {
    for (const auto& row : kRouteTable) {
        if (row.name == name) return row.route;
    }
    return std::nullopt;
}

}  // namespace provider_openai
