// What the bodies of admin routes may hold: LiteLLM's members (litellm/proxy/_types.py) and their types.
// Anything else is refused, so that a misspelt limit is no missing limit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "refused.h"

namespace admin_api {

enum class Type { Text, Number, Whole, Flag, Texts, Mapping, Duration, Time, Any };

struct Field {
    const char* name;
    Type type;
};

/// A kind of document and the routes below its path.
struct Resource {
    const char* kind;    // in the store
    const char* prefix;  // "/team"
    const char* id;      // member that names it: "team_id"
    const char* word;    // in messages: "Team"
    std::vector<Field> fields;
    bool made_up_id;  // without one in the body it gets a random one
};

/// Parses a body and holds it against the fields. Throws Refused: 400 for what is no JSON object, 422 for a
/// member that is unknown (with the nearest known one) or of the wrong type. null is allowed everywhere: not
/// set.
Json readBody(std::string_view text, const std::vector<Field>& fields);

/// Fields that several have: budgets, limits, models, metadata.
std::vector<Field> withLimits(std::vector<Field> own);

/// RFC 3339, UTC, of milliseconds since the Unix epoch.
std::string timeText(int64_t wall_ms);

}  // namespace admin_api
