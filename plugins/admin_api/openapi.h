// The table of routes as an OpenAPI 3.1 document, and as a list.
#pragma once

#include "api.h"

namespace admin_api {

/// spec.openapis.org/oas/v3.1.0. Each operation says in x-sluice-access which row of docs/admin_api.md it
/// stands in.
Json openApiOf(const Routes& routes);
/// LiteLLM's GET /routes: path and methods. Those of this plugin; the host does not tell of others.
Json listOf(const Routes& routes);
/// The names in braces of a path.
std::vector<std::string> namesIn(const std::string& path);

}  // namespace admin_api
