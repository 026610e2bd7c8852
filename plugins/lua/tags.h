// The tags of a request: the members tags, metadata.tags and litellm_metadata.tags of the body, the field
// x-litellm-tags, and the attribute tags that plugins leave.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sluice/request.hpp>

namespace lua_policy {

std::vector<std::string> tagsOf(const sluice::Request& request);
/// Of a finished one, from the attributes of its record.
std::vector<std::string> tagsOfRecord(std::string_view attributes_json);

}  // namespace lua_policy
