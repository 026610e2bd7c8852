// Why an attempt gave no answer that a client can use, and whose fault that is. What is done about it
// (another attempt, a fallback, a cooldown) depends on the class alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "config/routing.h"

namespace sluice::route {

enum class FailureClass {
    BadRequest,      // 400, 413, 422, …: the client's; every deployment would say the same
    ContextWindow,   // the prompt is too long for this model
    ContentPolicy,   // the provider refuses the content
    Unsupported,     // the provider has no such route
    Authentication,  // 401, 403: the deployment's key is bad
    Payment,         // 402: the deployment's account is empty
    NotFound,        // 404: the deployment names a model that is not there
    Timeout,         // 408, or one of the deadlines
    RateLimit,       // 429
    ServerError,     // 500, 502, 503, 504, 529, …
    Connection,      // refused, reset, cut
    Malformed,       // an answer that is none
};
/// LiteLLM's name of the exception: "RateLimitError", …
const char* className(FailureClass kind);

struct Failure {
    FailureClass kind = FailureClass::ServerError;
    int status = 0;  // of the upstream's answer; 0: there was none
    std::optional<base::milliseconds> retry_after;
    base::Error error;          // for messages and the record
    std::string body;           // of the upstream's answer
    bool speaks_error = false;  // the body is an error object that clients know
};

/// Of an answer with this status. `body` may be anything; codes go before words (providers' error pages:
/// platform.openai.com/docs/guides/error-codes, docs.anthropic.com/en/api/errors, Azure's content filter).
FailureClass classify(int status, std::string_view body);
/// Of an attempt that ended without an answer.
FailureClass classify(const base::Error& error);

/// The class of LiteLLM's policies that it counts in; nothing if in none.
std::optional<config::PolicyClass> policyClass(FailureClass kind);

/// Is the deployment to blame?
bool blames(FailureClass kind);

/// Retry-After in seconds or as an HTTP date (RFC 9110 10.2.3), or retry-after-ms.
std::optional<base::milliseconds> retryAfter(std::optional<std::string_view> seconds,
                                             std::optional<std::string_view> milliseconds, int64_t now_ms);

}  // namespace sluice::route
