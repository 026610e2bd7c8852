#include "sigv4.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace sigv4 {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

int digitOf(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = lowered(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string decoded(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        const bool escape =
            text[i] == '%' && i + 2 < text.size() && digitOf(text[i + 1]) >= 0 && digitOf(text[i + 2]) >= 0;
        out += escape ? static_cast<char>(digitOf(text[i + 1]) * 16 + digitOf(text[i + 2])) : text[i];
        i += escape ? 2 : 0;
    }
    return out;
}

// Without empty, "." and ".." segments; a slash at the end stays.
std::string normalized(std::string_view path) {
    std::vector<std::string_view> kept;
    for (size_t at = 0; at < path.size();) {
        const size_t end = std::min(path.find('/', at), path.size());
        const auto segment = path.substr(at, end - at);
        if (segment == "..") {
            if (!kept.empty()) kept.pop_back();
        } else if (!segment.empty() && segment != ".") {
            kept.push_back(segment);
        }
        at = end + 1;
    }
    std::string out;
    for (const auto segment : kept) out.append("/").append(segment);
    const bool slash = !path.empty() && path.back() == '/';
    return out.empty() || slash ? out + "/" : out;
}

std::string canonicalQuery(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> all;
    for (size_t at = 0; at < query.size();) {
        const size_t end = std::min(query.find('&', at), query.size());
        const auto one = query.substr(at, end - at);
        const size_t equals = std::min(one.find('='), one.size());
        const auto value = one.substr(std::min(equals + 1, one.size()));
        if (!one.empty())
            all.emplace_back(uriEncoded(decoded(one.substr(0, equals)), false),
                             uriEncoded(decoded(value), false));
        at = end + 1;
    }
    std::sort(all.begin(), all.end());
    std::string out;
    for (const auto& [name, value] : all) out.append(out.empty() ? "" : "&").append(name + "=" + value);
    return out;
}

// Trimmed, and white space within as one space.
std::string trimmed(std::string_view value) {
    std::string out;
    for (const char c : value) {
        const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!space) {
            out += c;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

// By name; values of one name in their order.
std::map<std::string, std::string> canonicalFields(const Fields& fields) {
    std::map<std::string, std::string> all;
    for (const auto& [name, value] : fields) {
        std::string lower = name;
        std::transform(lower.begin(), lower.end(), lower.begin(), lowered);
        const auto [entry, made] = all.try_emplace(lower, trimmed(value));
        if (!made) entry->second += "," + trimmed(value);
    }
    return all;
}

std::string signedNames(const Fields& fields) {
    std::string names;
    for (const auto& [name, value] : canonicalFields(fields)) names += (names.empty() ? "" : ";") + name;
    return names;
}

std::string scopeOf(const Scope& scope, std::string_view date) {
    return std::string(date) + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

}  // namespace

std::string hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        out += kDigits[static_cast<unsigned char>(c) >> 4];
        out += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

std::string sha256(std::string_view bytes) {
    std::string out(32, '\0');
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size,
                   EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available");
    return out;
}

std::string hmacSha256(std::string_view key, std::string_view bytes) {
    std::string out(32, '\0');
    unsigned size = 0;
    if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
              reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
              reinterpret_cast<unsigned char*>(out.data()), &size))
        throw std::runtime_error("HMAC is not available");
    return out;
}

std::string amzDate(int64_t unix_seconds) {
    const auto time = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    gmtime_r(&time, &parts);
    char text[32];
    const size_t size = std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
    return {text, size};
}

std::string uriEncoded(std::string_view text, bool keep_slash) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    constexpr std::string_view kMarks = "-._~";
    std::string out;
    for (const char c : text) {
        const char lower = lowered(c);
        const bool plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
                           kMarks.find(c) != std::string_view::npos || (keep_slash && c == '/');
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += kDigits[static_cast<unsigned char>(c) >> 4];
            out += kDigits[static_cast<unsigned char>(c) & 15];
        }
    }
    return out;
}

std::string canonicalRequest(const Request& request, const Scope& scope) {
    const std::string path = scope.encode_path      ? uriEncoded(normalized(request.path), true)
                             : request.path.empty() ? "/"
                                                    : request.path;
    std::string out = request.method + "\n" + path + "\n" + canonicalQuery(request.query) + "\n";
    for (const auto& [name, value] : canonicalFields(request.headers)) out += name + ":" + value + "\n";
    const std::string hash = request.body_sha256.empty() ? hex(sha256(request.body)) : request.body_sha256;
    return out + "\n" + signedNames(request.headers) + "\n" + hash;
}

std::string stringToSign(std::string_view canonical_request, const Scope& scope, std::string_view amz_date) {
    return std::string(kAlgorithm) + "\n" + std::string(amz_date) + "\n" +
           scopeOf(scope, amz_date.substr(0, 8)) + "\n" + hex(sha256(canonical_request));
}

std::string signingKey(std::string_view secret, std::string_view date, const Scope& scope) {
    const std::string day = hmacSha256("AWS4" + std::string(secret), date);
    return hmacSha256(hmacSha256(hmacSha256(day, scope.region), scope.service), "aws4_request");
}

Fields sign(const Request& request, const Credentials& credentials, const Scope& scope,
            int64_t unix_seconds) {
    const std::string date = amzDate(unix_seconds);
    Request whole = request;
    if (whole.body_sha256.empty()) whole.body_sha256 = hex(sha256(whole.body));
    Fields added{{"x-amz-date", date}};
    if (scope.hash_field) added.emplace_back("x-amz-content-sha256", whole.body_sha256);
    if (!credentials.session_token.empty())
        added.emplace_back("x-amz-security-token", credentials.session_token);
    whole.headers.insert(whole.headers.end(), added.begin(), added.end());

    const std::string text = stringToSign(canonicalRequest(whole, scope), scope, date);
    const std::string key = signingKey(credentials.secret_access_key, date.substr(0, 8), scope);
    added.emplace_back("authorization", std::string(kAlgorithm) + " Credential=" + credentials.access_key_id +
                                            "/" + scopeOf(scope, date.substr(0, 8)) +
                                            ", SignedHeaders=" + signedNames(whole.headers) +
                                            ", Signature=" + hex(hmacSha256(key, text)));
    return added;
}

}  // namespace sigv4
