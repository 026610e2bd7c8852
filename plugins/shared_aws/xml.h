// As much XML as the answers of S3 need: elements by name, in their order, no attributes. [any]
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace s3::xml {

/// The text between <NAME …> and </NAME>, the first at or after `from`, which moves behind it.
std::optional<std::string_view> element(std::string_view text, std::string_view name, size_t& from);
/// The same, unescaped; empty if there is none.
std::string textOf(std::string_view text, std::string_view name);

std::string unescaped(std::string_view text);
std::string escaped(std::string_view text);

}  // namespace s3::xml
