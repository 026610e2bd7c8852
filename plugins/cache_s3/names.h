// Names of objects for keys of a cache.
//
//   "team:0f3a" -> "PATH/team_3A0f3a.cache"
//
// Letters, digits and '-' stay, any other byte is '_' and two hexadecimal digits: no name needs an escape in
// a URL, none is "." or "..", no two keys share one, and keys with a common beginning have names with one.
// [any]
#pragma once

#include <string>
#include <string_view>

namespace cache_s3 {

/// Without the ending, for a key or for its beginning.
std::string nameBegin(std::string_view path, std::string_view key);
/// Empty if the key is none (sluice/cache.h), or its name would be longer than S3's 1,024 bytes.
std::string nameOf(std::string_view path, std::string_view key);
/// Could it be a name that nameOf has made? Nothing else in the bucket is ever deleted.
bool isOurs(std::string_view path, std::string_view name);

}  // namespace cache_s3
