// Values as Postgres writes them as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace accounts {

/// {a,"b c",NULL}: NULL is left out. Nothing if it is no array of one dimension.
/// https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO
std::optional<std::vector<std::string>> readPostgresArray(std::string_view text);

/// RFC 3339 in UTC, of milliseconds since the Unix epoch.
std::string utcText(int64_t wall_ms);

}  // namespace accounts
