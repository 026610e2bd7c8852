// The tags that a request comes with.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/request.hpp>

namespace router_filters {

/// Sorted, each once, as they are written: "free", "!free" (not those), "&free" (only those).
using Tags = std::vector<std::string>;

constexpr size_t kTagsMax = 256;       // of one request
constexpr size_t kTagBytesMax = 1024;  // of one tag

/// Tags in a JSON value: a list of texts, or one text with commas. Anything else has none.
void addTags(std::string_view json, Tags& tags);
/// "free, fast".
void addTagsOfText(std::string_view text, Tags& tags);

/// Of the body (`tags`, `metadata.tags`, `litellm_metadata.tags`), the field x-litellm-tags and the attribute
/// "tags", which is one text with commas or a list as JSON. Nothing if there are more, or longer ones, than
/// the bounds say.
std::optional<Tags> tagsOf(const sluice::Request& request);

}  // namespace router_filters
