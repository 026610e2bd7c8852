// Bitcoin and Ethereum. Sources: Bitcoin Wiki "Base58Check encoding"; BIP 173 (bech32), BIP 350 (bech32m);
// Ethereum's yellow paper for the length (EIP-55's mixed case is optional and not checked).
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "chars.h"
#include "recognisers.h"

namespace pii {
namespace {

constexpr auto npos = std::string_view::npos;

// 25 bytes: version, hash of 20 bytes, the first 4 bytes of its double SHA-256.
bool base58Check(std::string_view word) {
    static constexpr std::string_view kAlphabet =
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    std::array<unsigned char, 25> bytes{};
    for (const char c : word) {
        const auto digit = kAlphabet.find(c);
        if (digit == npos) return false;
        unsigned carry = static_cast<unsigned>(digit);
        for (size_t i = bytes.size(); i-- > 0; carry >>= 8) {
            carry += 58U * bytes[i];
            bytes[i] = static_cast<unsigned char>(carry);
        }
        if (carry != 0) return false;
    }
    if (bytes[0] != 0x00 && bytes[0] != 0x05) return false;  // to a key, to a script
    std::array<unsigned char, SHA256_DIGEST_LENGTH> hash;
    SHA256(bytes.data(), 21, hash.data());
    SHA256(hash.data(), hash.size(), hash.data());
    return std::equal(hash.begin(), hash.begin() + 4, bytes.begin() + 21);
}

uint32_t polymod(uint32_t sum, uint32_t value) {
    static constexpr uint32_t kGenerator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    const uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (int i = 0; i < 5; ++i)
        if ((top >> i & 1) != 0) sum ^= kGenerator[i];
    return sum;
}

bool bech32(std::string_view word) {
    static constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const bool lowers = std::any_of(word.begin(), word.end(), isLower);
    if (lowers && std::any_of(word.begin(), word.end(), isUpper)) return false;
    uint32_t sum = 1;
    for (const char c : word.substr(0, 2)) sum = polymod(sum, static_cast<uint32_t>(lower(c)) >> 5);
    sum = polymod(sum, 0);
    for (const char c : word.substr(0, 2)) sum = polymod(sum, static_cast<uint32_t>(lower(c)) & 31);
    for (const char c : word.substr(3)) {
        const auto value = kAlphabet.find(lower(c));
        if (value == npos) return false;
        sum = polymod(sum, static_cast<uint32_t>(value));
    }
    return sum == (lower(word[3]) == 'q' ? 1 : 0x2bc830a3);  // 'q' is version 0; later ones have bech32m
}

bool isAddress(std::string_view word) {
    if (word.size() == 42 && word[0] == '0' && lower(word[1]) == 'x')
        return std::all_of(word.begin() + 2, word.end(), isHex);
    if (word.size() >= 26 && word.size() <= 35 && (word[0] == '1' || word[0] == '3') && base58Check(word))
        return true;
    if (word.size() < 14 || word[2] != '1') return false;
    const char a = lower(word[0]);
    const char b = lower(word[1]);
    return ((a == 'b' && b == 'c') || (a == 't' && b == 'b')) && bech32(word);
}

}  // namespace

void findCrypto(Pass& pass, size_t begin, size_t end) {
    if (end - begin < 14 || touchesLeft(pass.text, begin) || touchesRight(pass.text, end)) return;
    if (isAddress(pass.text.substr(begin, end - begin))) pass.add(Kind::Crypto, begin, end, 1.0F);
}

}  // namespace pii
