// Tokens and key sets from strangers: each text of bytes has one form only, no message shows anything of a
// token, and nothing is signed by a key that does not fit.
#include <stdexcept>
#include <string>

#include "auth_jwt/base64url.h"
#include "auth_jwt/claims.h"
#include "auth_jwt/key_reader.h"
#include "auth_jwt/key_set.h"
#include "auth_jwt/token.h"
#include "fuzz.h"

using namespace auth_jwt;
using sluice::fuzz::require;

namespace {

std::string base64Url(std::string_view bytes) {
    constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    uint32_t have = 0, bits = 0;
    for (const char c : bytes) {
        have = have << 8 | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6; bits -= 6) out += kLetters[have >> (bits - 6) & 63];
    }
    if (bits > 0) out += kLetters[have << (6 - bits) & 63];
    return out;
}

void checkKeys(const std::string& text, const Token* token) {
    std::vector<std::string> left_out;
    const KeySet keys(readKeySet(text, left_out));
    require(keys.size() <= 100, "more keys than allowed");
    if (token) {
        const auto candidates = keys.candidates(token->kid, *token->algorithm);
        require(candidates.size() <= 8, "more candidates than allowed");
        for (const auto* key : candidates) {
            require(key->fits(*token->algorithm), "a candidate that does not fit");
            (void)key->verifies(*token->algorithm, token->input, token->signature);
        }
    }
    try {
        (void)readPem(text);
    } catch (const std::invalid_argument&) {
    }
}

void checkObject(std::string_view text) {
    std::string fault;
    const auto object = readObject(text, fault);
    require(object.has_value() || !fault.empty(), "refused without a word");
    if (!object) return;
    require(Json::accept(text) && object->is_object(), "an object that is none for others");
    for (const char* path : {"a", "a.b", "a.b.c", ".", "", "a..b"}) (void)valueAt(*object, path);
    ClaimRules rules;
    rules.issuers = {"https://a"};
    rules.audiences = {"b"};
    int64_t until = 0;
    if (!checkClaims(*object, rules, "", 1'700'000'000'000, until))
        require(until > 1'700'000'000'000, "accepted, although it is over");
    rules.check_issuer = rules.check_audience = false;
    (void)checkClaims(*object, rules, "https://a", 1'700'000'000'000, until);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    // A token up to the first line feed, then a key set.
    const std::string text(reinterpret_cast<const char*>(data), size);
    const std::string first = text.substr(0, text.find('\n'));
    const std::string rest = first.size() < text.size() ? text.substr(first.size() + 1) : text;
    if (const auto bytes = fromBase64Url(first))
        require(base64Url(*bytes) == first, "two forms of the same bytes");
    std::string fault;
    const auto token = readToken(first, fault);
    require(token.has_value() || !fault.empty(), "refused without a word");
    require(!token || (looksLikeToken(first) && mayBeToken(first)), "a token that does not look like one");
    if (token) {
        require(first.compare(0, token->input.size(), token->input) == 0,
                "what is signed is not how the token begins");
        require(token->algorithm != nullptr, "a token without an algorithm");
        checkObject(token->payload);
    }
    checkObject(rest);
    checkKeys(rest, token ? &*token : nullptr);
    return 0;
}
