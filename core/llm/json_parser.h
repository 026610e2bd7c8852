// simdjson behind a small door: a parser for each thread, and the padding it needs, so that callers pass any
// text.
#pragma once

#include <string_view>

#include <simdjson.h>

namespace sluice::llm {

/// Parses and checks the whole text. The element lives until the next call on this thread. Errors are
/// simdjson's.
simdjson::simdjson_result<simdjson::dom::element> parseJson(std::string_view text);

}  // namespace sluice::llm
