#include "seal.h"

#include <memory>
#include <stdexcept>
#include <vector>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace config_api {
namespace {

constexpr size_t kNonce = 12, kTag = 16;
constexpr int kRounds = 100'000;
constexpr std::string_view kPurpose = "sluice config_api 1";

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string toBase64(const std::vector<unsigned char>& data) {
    std::string out(4 * ((data.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), data.data(),
                                     static_cast<int>(data.size()));
    out.resize(static_cast<size_t>(size));
    return out;
}

std::vector<unsigned char> fromBase64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return {};
    std::vector<unsigned char> out(text.size() / 4 * 3);
    if (EVP_DecodeBlock(out.data(), bytes(text), static_cast<int>(text.size())) < 0) return {};
    for (size_t i = text.size(); i > text.size() - 2 && text[i - 1] == '='; --i) out.pop_back();
    return out;
}

}  // namespace

Seal::Seal(std::string_view salt_key) {
    if (PKCS5_PBKDF2_HMAC(salt_key.data(), static_cast<int>(salt_key.size()), bytes(kPurpose),
                          static_cast<int>(kPurpose.size()), kRounds, EVP_sha256(),
                          static_cast<int>(key_.size()), key_.data()) != 1)
        throw std::runtime_error("the key of the store's entries cannot be made");
}

std::string Seal::close(std::string_view text, std::string_view about) const {
    std::vector<unsigned char> out(kNonce + text.size() + kTag);
    const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int n = 0;
    const bool done =
        RAND_bytes(out.data(), kNonce) == 1 &&
        EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), out.data()) == 1 &&
        EVP_EncryptUpdate(context.get(), nullptr, &n, bytes(about), static_cast<int>(about.size())) == 1 &&
        EVP_EncryptUpdate(context.get(), out.data() + kNonce, &n, bytes(text),
                          static_cast<int>(text.size())) == 1 &&
        EVP_EncryptFinal_ex(context.get(), out.data() + kNonce + text.size(), &n) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag, out.data() + kNonce + text.size()) ==
            1;
    if (!done) throw std::runtime_error("the entry cannot be encrypted");
    return toBase64(out);
}

std::optional<std::string> Seal::open(std::string_view sealed, std::string_view about) const {
    auto in = fromBase64(sealed);
    if (in.size() < kNonce + kTag) return std::nullopt;
    const size_t size = in.size() - kNonce - kTag;
    std::string text(size, '\0');
    auto* out = reinterpret_cast<unsigned char*>(text.data());
    const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int n = 0;
    const bool done =
        EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), in.data()) == 1 &&
        EVP_DecryptUpdate(context.get(), nullptr, &n, bytes(about), static_cast<int>(about.size())) == 1 &&
        EVP_DecryptUpdate(context.get(), out, &n, in.data() + kNonce, static_cast<int>(size)) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, in.data() + kNonce + size) == 1 &&
        EVP_DecryptFinal_ex(context.get(), out + size, &n) == 1;
    return done ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace config_api
