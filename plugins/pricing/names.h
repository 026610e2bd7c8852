// The names under which the price of a model may stand in the table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pricing {

/// `model` itself, then without what only says which snapshot or where: a date ("-2024-08-06", "-20241022",
/// "@20240620"), "-latest", "-001", the owner of a fine-tuned model, Bedrock's region, vendor and version.
std::vector<std::string> namesOf(std::string_view model);

/// Providers whose list prices hold for what `provider` resells under the same name, the provider itself
/// first.
std::vector<std::string_view> providersOf(std::string_view provider);

}  // namespace pricing
