#include "llm/error_body.h"

#include "base/text.h"

namespace sluice::llm {
namespace {

// docs.anthropic.com/en/api/errors
std::string_view anthropicType(int status) {
    switch (status) {
        case 400:
            return "invalid_request_error";
        case 401:
            return "authentication_error";
        case 403:
            return "permission_error";
        case 404:
            return "not_found_error";
        case 413:
            return "request_too_large";
        case 429:
            return "rate_limit_error";
        case 529:
            return "overloaded_error";
        default:
            return status >= 500 ? "api_error" : "invalid_request_error";
    }
}

std::string errorObject(const ApiError& error, Dialect dialect) {
    // Anthropic's clients know Anthropic's types only; LiteLLM's own names are for the others.
    std::string_view type = dialect == Dialect::Anthropic ? anthropicType(error.status) : error.type;
    if (type.empty()) type = errorType(error.status);
    std::string out = "{\"message\":";
    base::appendJsonQuoted(out, error.message);
    out += ",\"type\":";
    base::appendJsonQuoted(out, type);
    out += ",\"param\":";
    if (error.param.empty()) {
        out += "null";
    } else {
        base::appendJsonQuoted(out, error.param);
    }
    out += ",\"code\":";
    base::appendJsonQuoted(out, error.code.empty() ? std::to_string(error.status) : error.code);
    out += "}";
    return out;
}

}  // namespace

std::string_view errorType(int status) {
    switch (status) {
        case 400:
            return "invalid_request_error";
        case 401:
            return "auth_error";
        case 403:
            return "auth_error";
        case 404:
            return "not_found_error";
        case 408:
            return "timeout_error";
        case 429:
            return "throttling_error";
        case 502:
            return "upstream_error";
        case 503:
            return "service_unavailable_error";
        case 504:
            return "timeout_error";
        default:
            return status >= 500 ? "internal_server_error" : "invalid_request_error";
    }
}

std::string errorBody(const ApiError& error, Dialect dialect) {
    const std::string object = errorObject(error, dialect);
    if (dialect == Dialect::Anthropic) return "{\"type\":\"error\",\"error\":" + object + "}";
    return "{\"error\":" + object + "}";
}

std::string errorEvent(const ApiError& error, Dialect dialect) {
    switch (dialect) {
        case Dialect::OpenAI:
            return "data: " + errorBody(error, dialect) + "\n\n";
        case Dialect::Anthropic:
            return "event: error\ndata: " + errorBody(error, dialect) + "\n\n";
        case Dialect::OpenAIResponses:
            break;
    }
    std::string event = "event: error\ndata: {\"type\":\"error\",\"code\":";
    base::appendJsonQuoted(event, error.code.empty() ? std::to_string(error.status) : error.code);
    event += ",\"message\":";
    base::appendJsonQuoted(event, error.message);
    event += ",\"param\":null,\"error\":" + errorObject(error, dialect) + "}\n\n";
    return event;
}

}  // namespace sluice::llm
