// Errors as the clients of each dialect expect them, whole or in the middle of a stream.
#pragma once

#include <string>
#include <string_view>

#include "llm/operation.h"

namespace sluice::llm {

struct ApiError {
    int status = 500;
    std::string type;  // empty: by status, LiteLLM's names
    std::string code;  // empty: the status as a string, LiteLLM's habit
    std::string message;
    std::string param;  // empty: null
};

/// "invalid_request_error", "auth_error", … for a status.
std::string_view errorType(int status);

/// {"error":{"message","type","param","code"}}; for Anthropic clients also {"type":"error"} around it.
std::string errorBody(const ApiError& error, Dialect dialect);

/// The last event of a stream that cannot end well.
std::string errorEvent(const ApiError& error, Dialect dialect);

}  // namespace sluice::llm
