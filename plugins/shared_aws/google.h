// Service accounts of Google: a signed statement (JWT, RS256) is changed for a token, which proves who asks
// for an hour.
//
// Source: "Using OAuth 2.0 for Server to Server Applications", "HTTP/REST",
// https://developers.google.com/identity/protocols/oauth2/service-account
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "shared_aws/bucket.h"

namespace s3 {

/// Blocks for at most that time. [offload]
using Send = std::function<Answer(const Call& call, uint32_t timeout_ms)>;

/// What stands in the JSON file of a key of a service account.
struct ServiceAccount {
    static constexpr const char* kGoogles = "https://oauth2.googleapis.com/token";

    std::string client_email;
    std::string private_key;  // PEM; never log
    std::string private_key_id;
    std::string token_uri;

    /// Throws std::invalid_argument, which quotes nothing of it.
    static ServiceAccount parse(std::string_view json);
    /// The statement that token_uri changes for a token. Throws Unsigned. [any]
    std::string statement(int64_t unix_seconds) const;
};

class TokenSigner final : public Signer {
public:
    /// `wall_ms`: since 1970.
    TokenSigner(ServiceAccount account, Send send, std::function<int64_t()> wall_ms)
        : account_(std::move(account)), send_(std::move(send)), wall_ms_(std::move(wall_ms)) {}

    Fields sign(const sigv4::Request& request, int64_t unix_seconds) const override;
    /// A new token, if the one that there is ends within five minutes.
    void prepare() override;
    std::string_view metaPrefix() const override { return "x-goog-meta-"; }

private:
    const ServiceAccount account_;
    const Send send_;
    const std::function<int64_t()> wall_ms_;
    std::mutex asking_;         // one asks, the others wait for it
    mutable std::mutex mutex_;  // for a copy only
    std::string token_;         // guarded by mutex_, as is ends_ms_
    int64_t ends_ms_ = 0;
};

}  // namespace s3
