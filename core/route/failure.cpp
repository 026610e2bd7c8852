#include "route/failure.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text.h"
#include "llm/json_parser.h"

namespace sluice::route {
namespace {

constexpr size_t kLookAtMost = 64 * 1024;

constexpr std::array<std::string_view, 3> kContextCodes{"context_length_exceeded", "string_above_max_length",
                                                        "model_max_prompt_tokens_exceeded"};
constexpr std::array<std::string_view, 4> kPolicyCodes{"content_filter", "content_policy_violation",
                                                       "responsibleaipolicyviolation", "moderation_blocked"};
// Providers without a code of their own say it in words.
constexpr std::array<std::string_view, 9> kContextWords{"maximum context length",
                                                        "context length exceeded",
                                                        "context window",
                                                        "prompt is too long",
                                                        "input is too long",
                                                        "input token count",
                                                        "exceeds the maximum number of tokens",
                                                        "too many input tokens",
                                                        "reduce the length of the messages"};
constexpr std::array<std::string_view, 5> kPolicyWords{"content management policy", "content policy",
                                                       "content filtering policy", "safety system",
                                                       "output blocked by content filter"};

template <size_t N>
bool holdsOne(std::string_view text, const std::array<std::string_view, N>& words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

std::string textOf(const simdjson::dom::element& root, const char* pointer) {
    std::string_view text;
    return root.at_pointer(pointer).get(text) == simdjson::SUCCESS ? base::lowered(text) : std::string();
}

// What a refusal (400, 403, 413, 422) is about.
FailureClass refusal(std::string_view body, FailureClass otherwise) {
    simdjson::dom::element root;
    if (body.size() > kLookAtMost || llm::parseJson(body).get(root) != simdjson::SUCCESS) return otherwise;
    std::string codes;
    for (const char* pointer : {"/error/code", "/error/type", "/error/innererror/code", "/code", "/type"})
        codes += textOf(root, pointer) + "\n";
    if (holdsOne(codes, kContextCodes)) return FailureClass::ContextWindow;
    if (holdsOne(codes, kPolicyCodes)) return FailureClass::ContentPolicy;
    std::string words;
    for (const char* pointer : {"/error/message", "/message", "/error", "/detail"})
        words += textOf(root, pointer) + "\n";
    if (holdsOne(words, kContextWords)) return FailureClass::ContextWindow;
    if (holdsOne(words, kPolicyWords)) return FailureClass::ContentPolicy;
    return otherwise;
}

}  // namespace

const char* className(FailureClass kind) {
    switch (kind) {
        case FailureClass::BadRequest:
            return "BadRequestError";
        case FailureClass::ContextWindow:
            return "ContextWindowExceededError";
        case FailureClass::ContentPolicy:
            return "ContentPolicyViolationError";
        case FailureClass::Unsupported:
            return "UnsupportedParamsError";
        case FailureClass::Authentication:
            return "AuthenticationError";
        case FailureClass::Payment:
            return "PaymentRequiredError";
        case FailureClass::NotFound:
            return "NotFoundError";
        case FailureClass::Timeout:
            return "Timeout";
        case FailureClass::RateLimit:
            return "RateLimitError";
        case FailureClass::ServerError:
            return "InternalServerError";
        case FailureClass::Connection:
        case FailureClass::Malformed:
            return "APIConnectionError";
    }
    return "InternalServerError";
}

FailureClass classify(int status, std::string_view body) {
    switch (status) {
        case 401:
            return FailureClass::Authentication;
        case 402:
            return FailureClass::Payment;
        case 403:
            return refusal(body, FailureClass::Authentication);
        case 404:
            return FailureClass::NotFound;
        case 408:
            return FailureClass::Timeout;
        case 409:
        case 425:
            return FailureClass::ServerError;  // the upstream's passing state, as OpenAI's clients take it
        case 429:
            return FailureClass::RateLimit;
        default:
            break;
    }
    if (status >= 500) return FailureClass::ServerError;
    if (status >= 400) return refusal(body, FailureClass::BadRequest);
    return FailureClass::Malformed;
}

FailureClass classify(const base::Error& error) {
    switch (error.code) {
        case base::Code::DeadlineExceeded:
            return FailureClass::Timeout;
        case base::Code::Unsupported:
            return FailureClass::Unsupported;
        case base::Code::Malformed:
        case base::Code::TooLarge:
            return FailureClass::Malformed;
        case base::Code::InvalidArgument:
            return FailureClass::BadRequest;
        case base::Code::Internal:
            return FailureClass::ServerError;
        default:
            return FailureClass::Connection;
    }
}

std::optional<config::PolicyClass> policyClass(FailureClass kind) {
    using config::PolicyClass;
    switch (kind) {
        case FailureClass::BadRequest:
        case FailureClass::ContextWindow:
            return PolicyClass::BadRequest;
        case FailureClass::ContentPolicy:
            return PolicyClass::ContentPolicy;
        case FailureClass::Authentication:
            return PolicyClass::Authentication;
        case FailureClass::Timeout:
            return PolicyClass::Timeout;
        case FailureClass::RateLimit:
            return PolicyClass::RateLimit;
        case FailureClass::ServerError:
        case FailureClass::Connection:
        case FailureClass::Malformed:
            return PolicyClass::InternalServer;
        default:
            return std::nullopt;
    }
}

bool blames(FailureClass kind) {
    return kind != FailureClass::BadRequest && kind != FailureClass::ContextWindow &&
           kind != FailureClass::ContentPolicy && kind != FailureClass::Unsupported;
}

std::optional<base::milliseconds> retryAfter(std::optional<std::string_view> seconds,
                                             std::optional<std::string_view> milliseconds, int64_t now_ms) {
    constexpr uint64_t kMost = 24ull * 3600 * 1000;
    if (milliseconds) {
        // "1234.5" is allowed; the fraction does not matter.
        if (const auto ms = base::parseDecimal(milliseconds->substr(0, milliseconds->find('.'))))
            return base::milliseconds(std::min<uint64_t>(*ms, kMost));
    }
    if (!seconds) return std::nullopt;
    if (const auto s = base::parseDecimal(seconds->substr(0, seconds->find('.'))))
        return base::milliseconds(std::min<uint64_t>(*s, kMost / 1000) * 1000);
    std::tm date{};
    const std::string text(*seconds);
    const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
    if (!end || *end != 0) return std::nullopt;
    const int64_t at = static_cast<int64_t>(::timegm(&date)) * 1000;
    return base::milliseconds(std::clamp<int64_t>(at - now_ms, 0, static_cast<int64_t>(kMost)));
}

}  // namespace sluice::route
