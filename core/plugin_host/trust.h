// May a library be loaded at all? An allow-list of SHA-256 sums, and detached Ed25519 signatures (RFC 8032).
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "config/settings.h"

namespace sluice::host {

/// `bytes` are those that will be loaded, `hash` their SHA-256. A signature is read from PATH.sig: 64 bytes,
/// or their base64. PermissionDenied with the reason. [control]
base::Status checkTrust(const config::Trust& trust, const std::string& name, const std::string& path,
                        std::string_view bytes, const std::string& hash);

}  // namespace sluice::host
