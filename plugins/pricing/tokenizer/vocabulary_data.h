// The vocabularies as part of the library.
#pragma once

#include <string_view>

namespace pricing {

/// The bytes of "cl100k_base" or "o200k_base"; empty if the plugin was built without them.
std::string_view vocabularyBytes(std::string_view name);

}  // namespace pricing
