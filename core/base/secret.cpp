#include "base/secret.h"

#include <openssl/crypto.h>

namespace sluice::base {

Secret::~Secret() {
    if (!text_.empty()) OPENSSL_cleanse(text_.data(), text_.size());
}

bool equalConstantTime(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sluice::base
