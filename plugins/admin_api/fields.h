// What bodies and queries of admin routes may hold: LiteLLM's members (litellm/proxy/_types.py) and their
// types. Anything else in a body is refused, so that a misspelt limit is no missing limit. The same tables
// make the schemas of /openapi.json.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "refused.h"

namespace admin_api {

enum class Type {
    Text,      // at most 1,024 bytes
    Id,        // the name of something: 1 to 256 bytes without control characters
    Number,    // 0 to 9e6: USD
    Whole,     // 0 to 9e15
    Flag,      //
    Texts,     // at most 10,000 of at most 1,024 bytes
    Mapping,   // an object
    TextMap,   // an object of texts
    WholeMap,  // an object of whole numbers: limits by model
    Budgets,   // by model: a number, or {"budget_limit": 5, "time_period": "1d"}
    Duration,  // "30d"; at most 100 years
    Time,      // RFC 3339, or milliseconds since the Unix epoch
    Day,       // "2026-11-21"; in queries also with a time behind it
    Any,
};

struct Field {
    const char* name;  // "*": any other member
    Type type;
};
using Fields = std::vector<Field>;

constexpr size_t kBodyBytesMax = 1 << 20;
constexpr size_t kDepthMax = 32;

/// Parses a body and holds it against the fields. Throws Refused: 413 if it is too long, 400 for what is no
/// JSON object, 422 for a member that is unknown or of the wrong type. null is allowed everywhere: not set.
Json readBody(std::string_view text, const Fields& fields);

/// "a=b&c=d", decoded. Throws Refused, 422: what is no UTF-8, and a parameter among `fields` that is not of
/// its type. Others are left alone, as LiteLLM does.
std::map<std::string, std::string> readQuery(std::string_view query, const Fields& fields);
/// %20 and the like; a plus is a blank only in queries.
std::string percentDecoded(std::string_view text, bool plus_is_blank);

/// JSON Schema of an object with these members, and of one value.
Json schemaOf(const Fields& fields);
Json schemaOf(Type type);

/// `own` and what follows it.
Fields with(Fields own, const Fields& more);
/// Members that several have: budgets, limits, models, metadata.
Fields withLimits(Fields own);

/// The text of a member; empty if it is missing or none.
std::string textIn(const Json& object, std::string_view member);
/// Its texts; a single text is a list of one.
std::vector<std::string> textsIn(const Json& object, std::string_view member);
bool isSet(const Json& object, std::string_view member);  // there, and not null

/// RFC 3339, UTC, of milliseconds since the Unix epoch.
std::string timeText(int64_t wall_ms);

}  // namespace admin_api
