// Walking over a JSON value and finding what in it is content. One set of rules for all dialects: what only
// steers is known by its name, and everything else that is a string is content. So a part or a member that is
// new is seen, and not skipped.
#pragma once

#include "llm/content.h"

namespace sluice::llm {

// Deeper values, and all that comes after that many texts, are listed as one text each, JSON as it stands
// there, that cannot be changed.
inline constexpr size_t kContentDepthMax = 64;
inline constexpr size_t kContentTextsMax = 100'000;

/// Appends what stands in the member `name` of a request or an answer. `json` must be valid JSON.
void walkContent(std::string_view name, std::string_view json, bool answer, size_t source,
                 std::vector<ContentText>& out);

}  // namespace sluice::llm
