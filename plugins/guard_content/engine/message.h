// What clients are told, in LiteLLM's words. As an object ({"error":…,"pattern":…}) that is LiteLLM's
// `detail`; else its `error` alone. The text of a request or an answer is never quoted, only the list's own
// words.
#pragma once

#include <string>
#include <string_view>

namespace guard_content {

std::string patternMessage(std::string_view pattern, bool json);
std::string keywordMessage(std::string_view keyword, std::string_view description, bool json);
std::string categoryMessage(std::string_view category, std::string_view keyword, std::string_view severity,
                            bool json);

/// "[{pattern_name}_REDACTED]" with the name in capitals.
std::string patternMask(std::string_view format, std::string_view pattern);

}  // namespace guard_content
