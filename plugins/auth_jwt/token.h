// A JWT in its compact form (RFC 7519, RFC 7515 section 3.1), taken apart. Nothing in it is to be believed
// before its signature has been checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "algorithm.h"
#include "object.h"

namespace auth_jwt {

constexpr size_t kTokenBytesMax = 16 * 1024;

/// Three parts with dots between them, of the characters of base64url or base64; the last may be empty.
/// LiteLLM's keys, "sk-…", are none.
bool looksLikeToken(std::string_view text);

/// A quick look before that one: two dots, and not "sk-…".
bool mayBeToken(std::string_view text);

struct Token {
    const Algorithm* algorithm;
    std::string kid;         // empty: it names no key
    std::string_view input;  // what is signed; borrowed from the text
    std::string signature;
    std::string payload;  // not read yet
};

/// Nothing if it is none that could ever be accepted; `fault` says why, without a word of the token. The
/// header's jwk, jku, x5u and x5c are not looked at: keys come from the configuration only (RFC 8725 3.10).
std::optional<Token> readToken(std::string_view text, std::string& fault);

}  // namespace auth_jwt
