// AWS Signature Version 4: what proves to AWS, or to a store that speaks as S3 does, who asks. Needs
// OpenSSL's libcrypto.
//
//   auto fields = sigv4::sign({"POST", "/", "", {{"host", "comprehend.eu-west-1.amazonaws.com"}}, body},
//                             credentials, {"eu-west-1", "comprehend"}, unix_seconds);
//
// Source: "Create a signed AWS API request", IAM User Guide,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html; what S3 does
// otherwise: "Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference,
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sigv4 {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Credentials {
    std::string access_key_id;
    std::string secret_access_key;  // never log
    std::string session_token;      // of temporary credentials; empty otherwise
};

/// As it will be sent, byte by byte.
struct Request {
    std::string method;
    std::string path;   // as in the request line; "/" if empty
    std::string query;  // without '?'
    Fields headers;     // to be signed: "host" at least, as it will be sent
    std::string_view body;
    std::string body_sha256 = {};  // of the body, in hex, if it is known already
};

struct Scope {
    std::string region;   // "eu-west-1"
    std::string service;  // "bedrock"
    /// All services but S3 encode a path once more for the signature and take "." and ".." out of it.
    bool encode_path = true;
    /// S3 wants the hash of the body as a field, too.
    bool hash_field = false;
};
inline Scope s3Scope(std::string region) { return {std::move(region), "s3", false, true}; }

/// The fields to add: x-amz-date, x-amz-content-sha256 (hash_field), x-amz-security-token (if there is a
/// token), authorization. [any]
Fields sign(const Request& request, const Credentials& credentials, const Scope& scope, int64_t unix_seconds);

// The steps, for tests and for whoever signs URLs or streams.

/// "20150830T123600Z"
std::string amzDate(int64_t unix_seconds);
/// RFC 3986: everything but letters, digits and - . _ ~ becomes %XX; '/' too unless it is kept.
std::string uriEncoded(std::string_view text, bool keep_slash);
std::string canonicalRequest(const Request& request, const Scope& scope);
std::string stringToSign(std::string_view canonical_request, const Scope& scope, std::string_view amz_date);
/// 32 bytes; `date`: "20150830".
std::string signingKey(std::string_view secret, std::string_view date, const Scope& scope);
std::string hex(std::string_view bytes);
std::string sha256(std::string_view bytes);
std::string hmacSha256(std::string_view key, std::string_view bytes);

}  // namespace sigv4
