#include "plugin_host/trust.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>

#include <openssl/evp.h>

#include "base/text.h"

namespace sluice::host {

using base::Code;

namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kSignatureBytes = 64;

base::Error refused(const std::string& path, const std::string& why) {
    return base::gatewayError(Code::PermissionDenied, path + ": " + why);
}

// Exactly `size` bytes, given as they are or in base64; empty otherwise.
std::string decoded(std::string_view text, size_t size) {
    if (text.size() == size) return std::string(text);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    if (text.size() != (size + 2) / 3 * 4) return {};
    std::string bytes(text.size(), '\0');
    const int n =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (n < static_cast<int>(size)) return {};
    bytes.resize(size);  // padding counts as zeros
    return bytes;
}

bool signedBy(const std::string& key, const std::string& signature, std::string_view bytes) {
    const std::string raw = decoded(key, kKeyBytes);
    if (raw.empty()) return false;
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> public_key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                    reinterpret_cast<const unsigned char*>(raw.data()), raw.size()),
        &EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    return public_key && context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_key.get()) == 1 &&
           EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                            signature.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                            bytes.size()) == 1;
}

base::Status checkSignature(const config::Trust& trust, const std::string& path, std::string_view bytes) {
    std::ifstream in(path + ".sig", std::ios::binary);
    if (!in)
        return refused(path, "it is not signed: there is no " + path + ".sig, and a signature is required");
    std::stringstream text;
    text << in.rdbuf();
    const std::string signature = decoded(text.str(), kSignatureBytes);
    if (signature.empty())
        return refused(path + ".sig", "it holds no Ed25519 signature: 64 bytes, or their base64");
    const bool fine = std::any_of(trust.signers.begin(), trust.signers.end(),
                                  [&](const std::string& key) { return signedBy(key, signature, bytes); });
    if (!fine) return refused(path, "its signature is of none of plugin_trust.signers");
    return {};
}

}  // namespace

base::Status checkTrust(const config::Trust& trust, const std::string& name, const std::string& path,
                        std::string_view bytes, const std::string& hash) {
    if (!trust.allow.empty()) {
        const auto listed = trust.allow.find(name);
        if (listed == trust.allow.end()) return refused(path, "plugin_trust.allow does not list " + name);
        const auto& sums = listed->second;
        if (std::find(sums.begin(), sums.end(), hash) == sums.end())
            return refused(path,
                           "its SHA-256 is " + hash + ", which plugin_trust.allow does not list for " + name);
    }
    if (trust.require_signature) return checkSignature(trust, path, bytes);
    return {};
}

}  // namespace sluice::host
