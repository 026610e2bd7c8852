// A key that signatures are checked with. What it is decides which algorithms it takes part in: a public key
// never becomes the secret of an HMAC (RFC 8725 section 2.1).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "algorithm.h"

namespace auth_jwt {

class SigningKey {
public:
    using Handle = std::shared_ptr<EVP_PKEY>;

    /// Throws std::invalid_argument for a key that is too weak, too large or of a kind that has no algorithm.
    explicit SigningKey(Handle key);
    /// At least 32 bytes, or std::invalid_argument.
    explicit SigningKey(std::string secret);

    /// Only for this algorithm, if the key's own description says so.
    void bind(const Algorithm* algorithm) { only_ = algorithm; }

    bool fits(const Algorithm& algorithm) const;
    /// False too if the algorithm does not fit. Some 20 to 100 microseconds. [any]
    bool verifies(const Algorithm& algorithm, std::string_view input, std::string_view signature) const;

    std::string kid;     // empty: it has none
    std::string issuer;  // of tokens that it may sign; empty: any that the configuration allows

private:
    bool verifiesPublic(const Algorithm& algorithm, std::string_view input, std::string_view signature) const;
    bool verifiesSecret(const Algorithm& algorithm, std::string_view input, std::string_view signature) const;

    Family family_;
    std::string curve_;
    Handle key_;
    std::string secret_;
    const Algorithm* only_ = nullptr;
};

}  // namespace auth_jwt
