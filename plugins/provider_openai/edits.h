// What one attempt changes in the client's request on its way to the upstream.
#pragma once

#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

namespace provider_openai {

/// JSON string literal.
std::string jsonQuoted(std::string_view text);

/// The few fields of the client's that an upstream needs; all others, its credentials above all, stay here.
void copyClientFields(const sluice::Attempt& attempt);

/// Sets the member `model`, unless it says that already. False if the body has no members.
bool nameModel(const sluice::Attempt& attempt, std::string_view quoted_model);

/// Makes the stream end with its usage. If the client did not ask for that, the gateway is told to keep it to
/// itself.
bool askForUsage(const sluice::Attempt& attempt);

}  // namespace provider_openai
