#include "token.h"

#include <algorithm>

#include "base64url.h"

namespace auth_jwt {
namespace {

constexpr size_t kKidBytesMax = 512;

bool isDigit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '+' || c == '/' || c == '=';
}

std::optional<Token> refuse(std::string& fault, std::string why) {
    fault = std::move(why);
    return std::nullopt;
}

// The header decides how the signature is read, so nothing in it may be unclear.
bool readHeader(const Json& header, Token& token, std::string& fault) {
    const auto alg = header.find("alg");
    if (alg == header.end() || !alg->is_string()) {
        fault = "it names no algorithm";
        return false;
    }
    token.algorithm = findAlgorithm(alg->get_ref<const std::string&>());
    if (!token.algorithm) {
        fault = "its algorithm is not known here, or is none";
        return false;
    }
    if (header.contains("crit")) {  // RFC 7515 4.1.11: extensions that are not understood
        fault = "it demands extensions (crit)";
        return false;
    }
    const auto kid = header.find("kid");
    if (kid == header.end()) return true;
    if (!kid->is_string() || kid->get_ref<const std::string&>().size() > kKidBytesMax) {
        fault = "its kid is no text, or too long";
        return false;
    }
    token.kid = kid->get<std::string>();
    return true;
}

}  // namespace

bool mayBeToken(std::string_view text) {
    const size_t first = text.find('.');
    if (first == 0 || first == std::string_view::npos || text.substr(0, 3) == "sk-") return false;
    const size_t second = text.find('.', first + 1);
    return second != std::string_view::npos && second != first + 1;
}

bool looksLikeToken(std::string_view text) {
    if (!mayBeToken(text)) return false;
    const auto dots = std::count(text.begin(), text.end(), '.');
    return dots == 2 && std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || isDigit(c); });
}

std::optional<Token> readToken(std::string_view text, std::string& fault) {
    if (text.size() > kTokenBytesMax) return refuse(fault, "it is longer than 16 KiB");
    if (!mayBeToken(text)) return refuse(fault, "it has not three parts with dots between them");
    const size_t first = text.find('.'), second = text.find('.', first + 1);
    const auto header = fromBase64Url(text.substr(0, first));
    auto payload = fromBase64Url(text.substr(first + 1, second - first - 1));
    auto signature = fromBase64Url(text.substr(second + 1));
    if (!header || !payload || !signature) return refuse(fault, "it is not proper base64url");
    std::string why;
    const auto members = readObject(*header, why);
    if (!members) return refuse(fault, "its header is malformed: " + why);
    Token token{nullptr, {}, text.substr(0, second), std::move(*signature), std::move(*payload)};
    if (!readHeader(*members, token, fault)) return std::nullopt;
    if (token.signature.empty()) return refuse(fault, "it is not signed");
    return token;
}

}  // namespace auth_jwt
