// Keys out of JWK (RFC 7517, RFC 7518 section 6, RFC 8037) and PEM.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "object.h"
#include "signing_key.h"

namespace auth_jwt {

/// Throws std::invalid_argument: what is wrong with it. A key for encryption, a secret ("oct") and a private
/// key are wrong.
SigningKey readJwk(const Json& jwk);

/// A public key or a certificate in PEM; what a certificate says about names and times is not looked at.
/// Throws std::invalid_argument.
SigningKey readPem(std::string_view pem);

/// The keys of a key set, `{"keys": […]}`. What is of no use here is left out, with a line in `left_out`
/// for each; at most 100. Nothing if it is no key set.
std::vector<SigningKey> readKeySet(std::string_view json, std::vector<std::string>& left_out);

}  // namespace auth_jwt
