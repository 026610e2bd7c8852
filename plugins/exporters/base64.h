// RFC 4648, section 4. [any]
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace exporters {

std::string base64(std::string_view bytes);
/// The key of a Standard Webhooks secret: behind "whsec_" stands base64, anything else is the key itself.
/// Nothing if that is no base64.
std::optional<std::string> webhookKey(std::string_view secret);

}  // namespace exporters
